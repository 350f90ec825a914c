import { createGate, createLine, createPace, type PaceClock } from './pace.ts'
import type { ProbeResult } from './probe.ts'
import type { Target } from './targets.ts'

/** What became of an address that answered. `busy`: it is in conversation already. */
export type IdentifyResult = 'identified' | 'unknown' | 'busy' | 'shortage'

/** What a scan of one range covered. The parts add up to `addresses`. */
export interface Coverage {
  readonly range: string
  readonly addresses: number
  /** Miners that are known there and answer their polls: not asked again. */
  readonly polled: number
  readonly identified: number
  /** Something answers, and no driver knows it. */
  readonly unknown: number
  /** A machine without a miner's ports. */
  readonly closed: number
  readonly silent: number
  /** Not asked, for want of our own sockets or time. Says nothing about who is there. */
  readonly notReached: number
}

export interface ScanDeps extends PaceClock {
  readonly isPolled: (address: string) => boolean
  readonly probe: (target: Target, signal: AbortSignal) => Promise<ProbeResult>
  readonly identify: (target: Target, signal: AbortSignal) => Promise<IdentifyResult>
}

export interface ScanLimits {
  readonly probesPerSecond: number
  readonly identifiesAtOnce: number
}

type Verdict = 'polled' | IdentifyResult | ProbeResult

/** Scans in two steps, who answers and then who are they, with a second pass over those that were missed. */
export async function scan(
  asked: { readonly targets: readonly Target[]; readonly limits: ScanLimits; readonly signal: AbortSignal },
  deps: ScanDeps,
): Promise<Coverage[]> {
  const verdicts = new Map<Target, Verdict>()
  const gate = createGate(asked.limits.identifiesAtOnce)
  const pace = createPace(asked.limits.probesPerSecond, deps)
  const line = createLine(asked.limits.identifiesAtOnce)
  const look = async (target: Target) => {
    const probed = await deps.probe(target, asked.signal)
    const identify = () => gate(() => deps.identify(target, asked.signal))
    const verdict = probed === 'open' ? await line.during(identify) : probed
    if (!asked.signal.aborted) verdicts.set(target, verdict)
  }
  for (const targets of [() => asked.targets, () => missed(verdicts)]) {
    const pending: Promise<void>[] = []
    for (const target of targets()) {
      if (deps.isPolled(target.address)) verdicts.set(target, 'polled')
      else {
        await line.isShort()
        await pace(asked.signal)
        if (asked.signal.aborted) break
        pending.push(look(target))
      }
    }
    await Promise.all(pending)
  }
  return coverageOf(asked.targets, verdicts)
}

/** Lost packets and full tables make misses: these are worth a second look. */
function missed(verdicts: ReadonlyMap<Target, Verdict>): Target[] {
  return [...verdicts].flatMap(([target, verdict]) => (again.has(verdict) ? [target] : []))
}

const again: ReadonlySet<Verdict> = new Set(['silent', 'shortage', 'busy'])

function coverageOf(targets: readonly Target[], verdicts: ReadonlyMap<Target, Verdict>): Coverage[] {
  const ranges = Map.groupBy(targets, target => target.range)
  return [...ranges].map(([range, members]) => {
    const count = (...wanted: (Verdict | undefined)[]) =>
      members.filter(target => wanted.includes(verdicts.get(target))).length
    return {
      range,
      addresses: members.length,
      polled: count('polled', 'busy'),
      identified: count('identified'),
      unknown: count('unknown'),
      closed: count('closed'),
      silent: count('silent'),
      notReached: count('shortage', 'open', undefined),
    }
  })
}
