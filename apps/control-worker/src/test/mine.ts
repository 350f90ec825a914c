import { columns, writeCell, type MinerInfo, type SiteId } from '@headframe/protocol'
import type { Browser } from './browser.ts'
import { TestDashboard } from './dashboard.ts'
import { linkRelay, minerAt, type Linked } from './relay.ts'
import { seed } from './seed.ts'

export const at = 1_790_000_000_000

export interface Mine extends Linked {
  readonly owner: Browser
  readonly site: SiteId
}

/** A site with a relay that told of its miners and sent a beat. */
export async function openMine(miners = 1, minerOf: (slot: number) => MinerInfo = minerAt): Promise<Mine> {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  for (let first = 0; first < miners; first += 250) {
    const count = Math.min(250, miners - first)
    const bodies = Array.from({ length: count }, (_, index) => ({ type: 'miner', miner: minerOf(first + index) }))
    linked.relay.events(bodies, { epoch: 1, seq: first + 1 })
    await linked.relay.next('durable')
  }
  linked.relay.frames('beat', made(linked.leader.beat(linked.table, at)))
  await linked.relay.next('durable')
  linked.leader.acked({ epoch: 1, seq: 1 })
  return { ...linked, owner, site }
}

/** A dashboard that has all there is. */
export async function openDashboard({ owner, site }: { owner: Browser; site: SiteId }): Promise<TestDashboard> {
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.next('commands')
  return dashboard
}

/** One live frame; each has another hashrate. */
export function sendLive({ relay, leader, table }: Linked, hashrateHs: number): void {
  writeCell(table, { column: columns.hashrateHs, slot: 0, value: hashrateHs })
  relay.frames('live', made(leader.live(table, at)))
}

/** Comes back when control has handled all that was sent before. */
export async function settled({ relay }: Linked): Promise<void> {
  relay.events([], { epoch: 1, seq: 1 })
  await relay.next('durable')
}

/** A frame that there has to be. */
export function made(frame: Uint8Array | null): Uint8Array {
  if (frame === null) throw new Error('no frame to send')
  return frame
}
