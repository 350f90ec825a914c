import type { Command, Outcome, PoolSetting } from '@headframe/protocol'
import { optional } from '../ask.ts'
import { observeRestart } from '../commands/observe-restart.ts'
import { done } from '../commands/outcome.ts'
import { poolsObserved, samePools } from '../commands/pool-list.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue } from '../driver.ts'
import type { MinerPool } from '@headframe/protocol'
import { cgminerPools } from '../reading/pools.ts'
import { lightSeen, poolsSeen } from './observe.ts'
import { askLightV2, askPoolsV2, askUptimeV2 } from './read-v2.ts'
import { writeV2 } from './requests.ts'

export function* rebootV2(_: Extract<Command, { kind: 'reboot' }>, deps: CommandDeps): Dialogue<Outcome> {
  const uptimeBeforeS = yield* optional(askUptimeV2())
  const sentAt = deps.now()
  // Without `respbefore` there is often no reply.
  yield* write(writeV2('reboot', { respbefore: 'true' }))
  return yield* observeRestart({ uptimeBeforeS, beforeAt: sentAt, sentAt, uptime: askUptimeV2 }, deps)
}

export function* locateV2(command: Extract<Command, { kind: 'locate' }>, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* optional(askLightV2())
  if (before === command.on)
    return done(`The light already ${command.on ? 'blinks' : 'shows the state'}.`, { faultLight: before })
  const startedAt = deps.now()
  yield* write(writeV2('set_led', command.on ? red : { param: 'auto' }))
  return yield* lightSeen({ wanted: command.on, startedAt, ask: askLightV2 }, deps)
}

const red = { color: 'red', period: 200, duration: 100, start: 0 }

export function* setPoolsV2(command: Extract<Command, { kind: 'setPools' }>, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* askList()
  if (samePools(command.pools, before)) return done('These pools are set already.', poolsObserved(before))
  const startedAt = deps.now()
  yield* write(writeV2('update_pools', poolFields(command.pools)))
  return yield* poolsSeen(
    { wanted: command.pools, startedAt, ask: askList, restart: () => writeV2('restart_btminer', {}) },
    deps,
  )
}

function* askList(): Dialogue<readonly MinerPool[]> {
  return cgminerPools(yield* askPoolsV2())
}

/**
 * All nine fields, always. The machine never tells the passwords that it has, so that even a pool that stays gets `x`.
 */
function poolFields(pools: readonly PoolSetting[]): Readonly<Record<string, string>> {
  const rows = [0, 1, 2].map(slot => pools[slot])
  return Object.fromEntries(
    rows.flatMap((pool, slot) => [
      [`pool${slot + 1}`, pool?.url ?? ''],
      [`worker${slot + 1}`, pool?.user ?? ''],
      [`passwd${slot + 1}`, pool ? 'x' : ''],
    ]),
  )
}
