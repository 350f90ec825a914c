import type { DownMessage, LiveView, MinerId, RelayId } from '@headframe/protocol'
import type { Dashboard } from './dashboard.ts'
import { tailsOf } from './tails.ts'

type Watch = Extract<DownMessage, { type: 'watch' }>

export interface WatchDeps {
  readonly relayOf: (miner: MinerId) => RelayId | null
  /** The relay whose captured messages are shown. */
  readonly captureRelay: RelayId | null
  readonly view: LiveView | null
}

const maxMiners = 256

/** What a relay is told of all who watch its site. */
export function watchFor(relay: RelayId, dashboards: readonly Dashboard[], deps: WatchDeps): Watch {
  const watched = new Set(dashboards.flatMap(({ seat }) => seat.watch ?? []))
  const miners = [...watched].filter(miner => deps.relayOf(miner) === relay).slice(0, maxMiners)
  const tails = deps.captureRelay === relay ? tailsOf(dashboards) : []
  return { type: 'watch', live: dashboards.length > 0, miners, tails, view: dashboards.length > 0 ? deps.view : null }
}
