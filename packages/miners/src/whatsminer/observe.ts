import type { MinerPool, Outcome, PoolSetting } from '@headframe/protocol'
import { optional } from '../ask.ts'
import { done, failed, unknown } from '../commands/outcome.ts'
import { poolsObserved, samePools } from '../commands/pool-list.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue } from '../driver.ts'

type LightAsked = {
  readonly wanted: boolean
  readonly startedAt: number
  readonly ask: () => Dialogue<boolean | null>
}

/** Reads the light back until it is as wanted, or the time is over. */
export function* lightSeen({ wanted, startedAt, ask }: LightAsked, deps: CommandDeps): Dialogue<Outcome> {
  let seen: boolean | null = null
  do {
    seen = yield* optional(ask())
    if (seen === wanted) return done(`The light ${wanted ? 'blinks' : 'shows the state again'}.`, { faultLight: seen })
    yield { kind: 'wait', ms: 1000 }
  } while (deps.now() < startedAt + Math.min(deps.observeMs, lightMs))
  if (seen === null)
    return unknown('bad-reply', 'It was sent, but the machine does not tell how its light is.', { faultLight: null })
  return failed('not-applied', `The light ${seen ? 'still blinks' : 'does not blink'}.`, { faultLight: seen })
}

/** A light that has not changed by then will not. */
const lightMs = 10_000

type PoolsAsked = {
  readonly wanted: readonly PoolSetting[]
  readonly startedAt: number
  readonly ask: () => Dialogue<readonly MinerPool[]>
  /** Restarts the mining process: some builds take new pools only then. */
  readonly restart: () => Dialogue<void>
}

/** Reads the list back; restarts the mining process once when it does not take them by itself; then waits for it. */
export function* poolsSeen(asked: PoolsAsked, deps: CommandDeps): Dialogue<Outcome> {
  const first = yield* waitForPools(asked, { untilMs: Math.min(deps.observeMs, takesMs), now: deps.now })
  if (first.matched) return done('The pools are set, and the miner lists them.', poolsObserved(first.pools ?? []))
  yield* write(asked.restart())
  const { matched, pools } = yield* waitForPools(asked, { untilMs: deps.observeMs, now: deps.now })
  return matched ? done('The pools are set, and the miner lists them.', poolsObserved(pools ?? [])) : notSeen(pools)
}

type Seen = { readonly matched: boolean; readonly pools: readonly MinerPool[] | null }

function* waitForPools(
  asked: PoolsAsked,
  span: { readonly untilMs: number; readonly now: () => number },
): Dialogue<Seen> {
  let pools: readonly MinerPool[] | null = null
  do {
    pools = yield* optional(asked.ask())
    if (pools && samePools(asked.wanted, pools)) return { matched: true, pools }
    yield { kind: 'wait', ms: 2000 }
  } while (span.now() < asked.startedAt + span.untilMs)
  return { matched: false, pools }
}

/** Builds that take pools without a restart list them at once. */
const takesMs = 6000

function notSeen(pools: readonly MinerPool[] | null): Outcome {
  if (pools === null) return unknown('timeout', 'The pools were sent, but their list could not be read back.')
  return failed('not-applied', 'The miner lists other pools than were sent.', poolsObserved(pools))
}
