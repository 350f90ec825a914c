import type { Outcome } from '@headframe/protocol'
import type { CommandDeps, Dialogue } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { done, failed, unknown } from './outcome.ts'

type Observation = {
  readonly uptimeBeforeS: number | null
  readonly beforeAt: number
  readonly sentAt: number
  /** Asks the miner its uptime, in seconds. */
  readonly uptime: () => Dialogue<number | null>
}

/** Watches until a miner's uptime proves that it restarted after `sentAt`, or the time is over. */
export function* observeRestart(seen: Observation, deps: CommandDeps): Dialogue<Outcome> {
  const endAt = seen.sentAt + deps.observeMs
  let away = false
  let uptimeAfterS: number | null = null
  while (deps.now() < endAt) {
    yield { kind: 'wait', ms: pollMs }
    const answer = yield* ask(seen.uptime)
    if (answer === 'away') {
      away = true
      continue
    }
    uptimeAfterS = answer
    if (answer !== null && restarted(seen, answer, { at: deps.now(), away })) {
      return done(`It restarted: its uptime is ${answer} s.`, {
        uptimeBeforeS: seen.uptimeBeforeS,
        uptimeAfterS: answer,
      })
    }
  }
  return unproven({ uptimeBeforeS: seen.uptimeBeforeS, uptimeAfterS }, away)
}

function* ask(uptime: Observation['uptime']): Dialogue<number | null | 'away'> {
  try {
    return yield* uptime()
  } catch (error) {
    if (error instanceof MinerError && absent.has(error.code)) return 'away'
    throw error
  }
}

/** The counter began after the order, and did not simply run on from what it was before. */
function restarted(seen: Observation, uptimeS: number, now: { readonly at: number; readonly away: boolean }): boolean {
  if (uptimeS > (now.at - seen.sentAt) / 1000 + slackS) return false
  // A counter that stands at zero proves nothing unless the miner was gone in between.
  if (seen.uptimeBeforeS === null || seen.uptimeBeforeS === 0) return now.away
  return uptimeS < seen.uptimeBeforeS + (now.at - seen.beforeAt) / 1000 - slackS || uptimeS < seen.uptimeBeforeS
}

function unproven(observed: { uptimeBeforeS: number | null; uptimeAfterS: number | null }, away: boolean): Outcome {
  const { uptimeBeforeS, uptimeAfterS } = observed
  if (!away && uptimeBeforeS !== null && uptimeBeforeS > 0 && uptimeAfterS !== null) {
    return failed('not-applied', `It did not restart: its uptime ran on to ${uptimeAfterS} s.`, observed)
  }
  const text =
    uptimeAfterS === null
      ? 'It was sent, but the miner did not come back in time.'
      : 'It was sent, but no restart was seen.'
  return unknown('timeout', text, observed)
}

/** What a miner that is restarting answers with. */
const absent: ReadonlySet<MinerError['code']> = new Set([
  'timeout',
  'refused',
  'unreachable',
  'closed',
  'bad-reply',
  'not-ready',
  'busy',
  'unauthorized',
  'unsupported',
])
const pollMs = 2000
/** Uptime is told in whole seconds, and a reply can take some. */
const slackS = 2
