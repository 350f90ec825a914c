import type { Command, Outcome } from '@headframe/protocol'
import { optional } from '../ask.ts'
import { observeRestart } from '../commands/observe-restart.ts'
import { done } from '../commands/outcome.ts'
import { poolsObserved, samePools } from '../commands/pool-list.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue, Driver } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { flag } from '../reading/number.ts'
import { inner } from '../reading/rows.ts'
import { askIdentityV3, recognisesV3 } from './identity.ts'
import { lightSeen, poolsSeen } from './observe.ts'
import { pollFloorMs } from './poll-floor.ts'
import { light } from './read-v2.ts'
import { askPoolsV3, askUptimeV3, readV3, refreshV3 } from './read-v3.ts'
import { askV3, enableApi, writeV3 } from './requests.ts'

/** Port 4433, firmware from the end of 2024. */
export const whatsminerV3: Driver = {
  id: 'whatsminer-v3',
  name: 'WhatsMiner V3',
  identify: { priority: 30, recognises: recognisesV3, settles: ['version', 'devdetails', 'axe'], ask: askIdentityV3 },
  pollFloorMs,
  read: readV3,
  refresh: refreshV3,
  commands: { reboot, locate, setPools },
}

function* reboot(_: Extract<Command, { kind: 'reboot' }>, deps: CommandDeps): Dialogue<Outcome> {
  yield* mustTakeWrites()
  const uptimeBeforeS = yield* optional(askUptimeV3())
  const sentAt = deps.now()
  yield* write(writeV3('set.system.reboot', undefined))
  return yield* observeRestart({ uptimeBeforeS, beforeAt: sentAt, sentAt, uptime: askUptimeV3 }, deps)
}

function* locate(command: Extract<Command, { kind: 'locate' }>, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* optional(askLight())
  if (before === command.on)
    return done(`The light already ${command.on ? 'blinks' : 'shows the state'}.`, { faultLight: before })
  yield* mustTakeWrites()
  const startedAt = deps.now()
  yield* write(
    writeV3('set.system.led', command.on ? [{ color: 'red', period: 200, duration: 100, start: 0 }] : 'auto'),
  )
  return yield* lightSeen({ wanted: command.on, startedAt, ask: askLight }, deps)
}

function* setPools(command: Extract<Command, { kind: 'setPools' }>, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* askPoolsV3()
  if (samePools(command.pools, before)) return done('These pools are set already.', poolsObserved(before))
  yield* mustTakeWrites()
  const startedAt = deps.now()
  // The machine never tells the passwords that it has, so that even a pool that stays gets `x`.
  const rows = command.pools.map(({ url, user }) => ({ pool: url, worker: user, passwd: 'x' }))
  yield* write(writeV3('set.miner.pools', rows, true))
  return yield* poolsSeen(
    { wanted: command.pools, startedAt, ask: askPoolsV3, restart: () => writeV3('set.miner.service', 'restart') },
    deps,
  )
}

function* askLight(): Dialogue<boolean | null> {
  return light(inner((yield* askV3('get.device.info', 'system'))['system'])['ledstatus'])
}

/** `apiswitch` 0: the owner has not allowed writes. */
function* mustTakeWrites(): Dialogue<void> {
  const system = inner((yield* askV3('get.device.info', 'system'))['system'])
  if (flag(system['apiswitch']) === false) throw new MinerError('api-disabled', enableApi, { sent: false })
}
