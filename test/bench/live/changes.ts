import { columns, readCell, type MinerId } from '@headframe/protocol'
import type { DashboardClient } from '../../harness/dashboard-client.ts'
import type { Mine } from './mine.ts'

export interface Change {
  readonly address: string
  readonly hot: boolean
  /** When the message with it had been applied, epoch ms. */
  readonly arrivedAt: number
  /** When the relay had read it, epoch ms; null when the miner was read again before the relay could be asked. */
  readonly readAt: number | null
}

/** The fault heats by 24 °C; noise stays far below this. */
export const jumpC = 12
/** Some polls. */
const withinMs = 60_000

/** Gives all targets a fault or heals them, and waits until the dashboard has each change. */
export async function changeAll({ view, targets, setFault }: Mine, fault: 'hot' | null): Promise<Change[]> {
  const watched = minersAt(view, targets).map(miner => ({ ...miner, before: chipTempC(view, miner.id) }))
  const waiting = new Map(watched.map(one => [one.id, one]))
  const changes: Promise<Change>[] = []
  const look = () => {
    for (const [id, { address, before }] of waiting) {
      const now = chipTempC(view, id)
      if (now === null || before === null || Math.abs(now - before) < jumpC) continue
      waiting.delete(id)
      changes.push(withReadAt(view, id, { address, hot: fault === 'hot', arrivedAt: Date.now() }))
    }
    return waiting.size === 0
  }
  const setAll = async () => {
    for (const { address } of watched) await setFault(address, fault)
  }
  // Watched from before the first fault: a change may come while others are still being set.
  await Promise.all([view.until(`all ${watched.length} miners changed`, look, withinMs), setAll()])
  return Promise.all(changes)
}

function minersAt(view: DashboardClient, addresses: readonly string[]) {
  const wanted = new Set(addresses)
  return [...view.miners.values()].map(({ info }) => info).filter(info => wanted.has(info.address))
}

function chipTempC(view: DashboardClient, id: MinerId): number | null {
  const entry = view.miners.get(id)
  const table = entry && view.followers.get(`${entry.relay}/${entry.info.cohort}`)?.table
  return table ? readCell(table, columns.chipTempC, entry.info.slot) : null
}

/** A frame tells whole seconds only; the relay still has the reading itself, with its milliseconds. */
async function withReadAt(view: DashboardClient, miner: MinerId, seen: Omit<Change, 'readAt'>): Promise<Change> {
  const answer = await view.ask({ kind: 'reading', miner })
  const at = answer.kind === 'reading' ? (answer.reading?.at ?? null) : null
  return { ...seen, readAt: at !== null && at <= seen.arrivedAt ? at : null }
}
