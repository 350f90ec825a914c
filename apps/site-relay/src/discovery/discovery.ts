import type { MinerInfo, Reach } from '@headframe/protocol'
import type { Fleet } from '../fleet/fleet.ts'
import type { Conversations } from '../fleet/conversation.ts'
import type { Found } from '../fleet/inventory.ts'
import type { Identified } from '../edge/miner-io.ts'
import type { PollDeps } from '../fleet/poll.ts'
import { agreement } from './identity.ts'
import { scan, type Coverage, type IdentifyResult, type ScanDeps, type ScanLimits } from './scan.ts'
import { settle, type SettleDeps } from './settle.ts'
import type { Target } from './targets.ts'

/** Finds miners, again and again, and gives each its place. */
export interface Discovery {
  /** Scans until the signal of its deps aborts. */
  readonly run: () => Promise<void>
  /** A miner fell silent: it may be elsewhere now. The next scan comes soon. */
  readonly seek: () => void
  /** A machine that answered where another was expected. */
  readonly stranger: (found: Found) => void
  readonly coverage: () => readonly Coverage[]
}

export interface DiscoveryDeps extends Omit<SettleDeps, 'isStillThere'> {
  readonly conversations: Conversations
  readonly targets: readonly Target[]
  readonly limits: ScanLimits
  readonly scanEveryMs: number
  readonly clock: Pick<ScanDeps, 'now' | 'sleep'>
  readonly probe: ScanDeps['probe']
  readonly identify: (target: Target, signal: AbortSignal) => Promise<Identified>
  readonly read: PollDeps['read']
  readonly signal: AbortSignal
  readonly onScan: (coverage: readonly Coverage[], tookMs: number) => void
}

/** Scans that are sought early stay this far apart, and five times as far as the last one took. */
const leastPauseMs = 20_000

export function createDiscovery(deps: DiscoveryDeps): Discovery {
  const targets = new Map(deps.targets.map(target => [target.address, target]))
  const targetAt = (address: string) => targets.get(address)
  const settling: SettleDeps = { ...deps, isStillThere: info => isStillThere(info, { ...deps, targetAt }) }
  let coverage: readonly Coverage[] = []
  let sought = new AbortController()

  async function scanOnce(): Promise<number> {
    const startedAt = deps.clock.now()
    sought = new AbortController()
    coverage = await scan(
      { targets: deps.targets, limits: deps.limits, signal: deps.signal },
      {
        ...deps.clock,
        probe: deps.probe,
        isPolled: address => isPolled(deps.fleet, address),
        identify: target => identifyAt(target, settling, deps),
      },
    )
    const tookMs = deps.clock.now() - startedAt
    deps.onScan(coverage, tookMs)
    return tookMs
  }

  return {
    run: async () => {
      const { signal } = deps
      while (!signal.aborted) {
        const tookMs = await scanOnce()
        const pauseMs = Math.max(leastPauseMs, 5 * tookMs)
        await deps.clock.sleep(pauseMs, signal)
        await deps.clock.sleep(Math.max(0, deps.scanEveryMs - pauseMs), AbortSignal.any([signal, sought.signal]))
      }
    },
    seek: () => sought.abort(),
    stranger: found => {
      // Where one has moved in, another has moved out: addresses are often dealt anew all at once.
      void settle(found, settling).then(() => sought.abort())
    },
    coverage: () => coverage,
  }
}

/** Whether a miner that we know answers its polls at an address, or waits for the first one. */
export function isPolled(fleet: Fleet, address: string): boolean {
  const info = fleet.inventory.at(address)
  return info !== null && polled.has(fleet.tables.reach(info))
}

/** A miner that waits for its first poll after a start is asked by that poll. */
const polled: ReadonlySet<Reach> = new Set(['answering', 'waiting'])

async function identifyAt(
  target: Target,
  settling: SettleDeps,
  { conversations, identify }: Pick<DiscoveryDeps, 'conversations' | 'identify'>,
): Promise<IdentifyResult> {
  const reading = conversations.reading(target.address)
  if (reading) return (await reading).kind === 'read' ? 'identified' : 'busy'
  const result = await conversations.identify(target.address, signal => identify(target, signal))
  if (result === null) return 'busy'
  if (result.kind !== 'miner') return result.kind
  await settle(result.found, settling)
  return 'identified'
}

/** Looks at its old address: first whether anybody is there at all, since silence takes long to hear out. */
async function isStillThere(
  info: MinerInfo,
  deps: DiscoveryDeps & { readonly targetAt: (address: string) => Target | undefined },
): Promise<boolean> {
  if (deps.fleet.tables.reach(info) === 'silent') return false
  const target = deps.targetAt(info.address)
  // What is outside the ranges is not contacted [X3].
  if (!target) return false
  for (let look = 0; look < 2; look += 1) {
    if ((await deps.probe(target, deps.signal)) !== 'open') continue
    const result = await deps.conversations.read(info.address, signal => deps.read(info, signal, null))
    if (result.kind === 'read') return agreement(info, result.found) === true
  }
  return false
}
