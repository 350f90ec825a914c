import { vi } from 'vitest'
import { columns, createLeader, createTable, writeCell, type GapReason } from '@headframe/protocol'
import { made } from './mine.ts'
import type { Linked } from './relay.ts'

export const at = 1_790_000_040_000
export const minute = (n: number) => at + n * 60_000
export const moment = (n: number) => ({ epoch: 1, at: minute(n) })

/** One miner that makes so much. */
export function fill({ table }: Pick<Linked, 'table'>, hashrateHs: number, when: number): void {
  const cells = [
    [columns.hashrateHs, hashrateHs],
    [columns.powerW, 3000],
    [columns.reach, 1],
    [columns.mining, 1],
    [columns.observedAt, when - 5000],
  ] as const
  for (const [column, value] of cells) writeCell(table, { column, slot: 0, value })
}

export async function beat(linked: Linked, n: number, hashrateHs = 100e12): Promise<void> {
  vi.setSystemTime(minute(n))
  fill(linked, hashrateHs, minute(n))
  linked.relay.frames('beat', made(linked.leader.beat(linked.table, minute(n))))
  const { beats } = await linked.relay.next('durable')
  const [cursor] = beats ?? []
  if (cursor !== undefined) linked.leader.acked(cursor)
}

/** Minutes of one cohort as its relay kept them. */
export function minutesOf(linked: Linked, ns: readonly number[], { cohort = 0, hashrateHs = 100e12, epoch = 1 } = {}) {
  const leader = createLeader({ relay: linked.enrolled.relay, epoch, cohort })
  const table = createTable(8)
  return ns.map((n, index) => {
    fill({ table }, hashrateHs, minute(n))
    const frame = made(leader.beat(table, minute(n)))
    leader.acked({ epoch, seq: index + 1 })
    return frame
  })
}

export function mark({ relay }: Linked, [from, through]: readonly [number, number], gap: GapReason | null = null) {
  relay.send({ type: 'history', from: moment(from), through: moment(through), gap }, 'backfill')
  return relay.next('durable')
}
