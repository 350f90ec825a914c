import type { DownMessage, MinerId, RelayId } from '@headframe/protocol'
import type { Dashboard } from './dashboard-set.ts'

type Watch = Extract<DownMessage, { type: 'watch' }>

export interface WatchDeps {
  readonly relayOf: (miner: MinerId) => RelayId | null
  /** The relay whose captured messages are shown. */
  readonly captureRelay: RelayId | null
}

const maxMiners = 256
const maxTails = 64

/** What a relay is told of all who watch its site. */
export function watchFor(relay: RelayId, dashboards: readonly Dashboard[], deps: WatchDeps): Watch {
  const watched = new Set(dashboards.flatMap(({ seat }) => seat.watch ?? []))
  const miners = [...watched].filter(miner => deps.relayOf(miner) === relay).slice(0, maxMiners)
  const tails = dashboards.flatMap(({ seat }) =>
    seat.tail === null ? [] : [{ viewer: seat.viewer, filter: seat.tail }],
  )
  const shown = deps.captureRelay === relay ? tails.slice(0, maxTails) : []
  return { type: 'watch', live: dashboards.length > 0, miners, tails: shown }
}
