import type { Cursor } from '../event.ts'
import type { RelayId } from '../ids.ts'
import { columns, nullCode } from './columns.ts'
import { encodeFrame } from './encode.ts'
import { copyTable, resizeTable, sameTable, type LiveTable } from './table.ts'

/** The sending end of one cohort on one link. It outlives the link's connections: `seq` must not go back within an epoch. */
export interface CohortLeader {
  /** True while a beat waits for its acknowledgement: then there is no second one, and the next carries all changes since [S3]. */
  readonly waiting: boolean
  /** The next beat, or `null` while one waits. `at` is epoch ms. */
  beat(table: LiveTable, at: number): Uint8Array<ArrayBuffer> | null
  /** Control has this beat on disk [S1]. */
  acked(cursor: Cursor): void
  /** After a reconnect: go on from the beat that control says it has, else from a keyframe. Send a beat next. */
  resume(cursor: Cursor): void
  /** Control cannot follow: the next beat is a keyframe. */
  restart(): void
  /**
   * The rows that changed since the last frame of either kind, or `null` when none did or no beat came first.
   * Call it only when the lane has room: what is made here and not sent is missed until the next beat.
   * @param view what is looked at; without it, everything
   */
  live(table: LiveTable, at: number, view?: CohortView | null): Uint8Array<ArrayBuffer> | null
}

/** What is looked at in one cohort. */
export interface CohortView {
  /** Ids of columns that are wanted of every row. */
  readonly columns: ReadonlySet<number>
  /** Rows of which all columns are wanted. */
  readonly slots: readonly number[]
}

export interface CohortName {
  readonly relay: RelayId
  /** Rises with each start of the relay, from 1. */
  readonly epoch: number
  readonly cohort: number
}

interface Beat {
  readonly cursor: Cursor
  readonly table: LiveTable
}

export function createLeader(name: CohortName): CohortLeader {
  let seq = 0
  /** The last beat that control has for good: beats are differences from it. */
  let acked: Beat | null = null
  /** The beat on its way: live frames are differences from it, since they arrive after it. */
  let pending: Beat | null = null
  /** What the other side shows once all that was sent has arrived. */
  let shown: LiveTable | null = null

  const label = (base: Beat | null, at: number) => ({
    ...name,
    seq: ++seq,
    baseEpoch: base?.cursor.epoch ?? 0,
    baseSeq: base?.cursor.seq ?? 0,
    at,
  })

  return {
    get waiting() {
      return pending !== null
    },
    beat(table, at) {
      if (pending) return null
      const advanceS = acked ? commonAdvance(acked.table, table) : 0
      const header = { ...label(acked, at), advanceS }
      pending = { cursor: { epoch: name.epoch, seq: header.seq }, table: copyTable(table) }
      shown = copyTable(table)
      return encodeFrame({ header, base: acked?.table ?? null, table })
    },
    acked(cursor) {
      if (!pending || !sameCursor(pending.cursor, cursor)) return
      acked = pending
      pending = null
    },
    resume(cursor) {
      if (cursor.epoch === name.epoch) seq = Math.max(seq, cursor.seq)
      acked = [pending, acked].find(beat => beat && sameCursor(beat.cursor, cursor)) ?? null
      pending = null
      shown = null
    },
    restart() {
      acked = null
      pending = null
      shown = null
    },
    live(table, at, view = null) {
      const base = pending ?? acked
      if (!base || !shown) return null
      const next = view ? viewedTable(shown, table, view) : table
      if (sameTable(shown, next)) return null
      const header = { ...label(base, at), advanceS: 0 }
      const bytes = encodeFrame({ header, base: base.table, table: next, since: shown })
      shown = copyTable(next)
      return bytes
    },
  }
}

/** What the other side shows once it has the cells that are looked at: the rest stays as it was, and is owed. */
function viewedTable(shown: LiveTable, table: LiveTable, { columns, slots }: CohortView): LiveTable {
  const before = shown.slots === table.slots ? shown : resizeTable(shown, table.slots)
  const viewed = slots.filter(slot => slot < table.slots)
  const ids = new Set([...table.columns.keys(), ...before.columns.keys()])
  const columnOf = (id: number) => {
    const now = table.columns.get(id) ?? new Int32Array(table.slots).fill(nullCode)
    if (columns.has(id)) return now
    const codes = before.columns.get(id)?.slice() ?? new Int32Array(table.slots).fill(nullCode)
    for (const slot of viewed) codes[slot] = now[slot] ?? nullCode
    return codes
  }
  return { slots: table.slots, columns: new Map([...ids].map(id => [id, columnOf(id)])) }
}

function sameCursor(a: Cursor, b: Cursor): boolean {
  return a.epoch === b.epoch && a.seq === b.seq
}

/** The commonest step of `observedAt`, in its own seconds: 60 where miners are polled in step with the beat. */
function commonAdvance(base: LiveTable, table: LiveTable): number {
  const before = base.columns.get(columns.observedAt.id) ?? new Int32Array()
  const now = table.columns.get(columns.observedAt.id) ?? new Int32Array()
  const counts = new Map<number, number>()
  now.forEach((code, slot) => {
    const last = before[slot] ?? nullCode
    if (code === nullCode || last === nullCode) return
    counts.set(code - last, (counts.get(code - last) ?? 0) + 1)
  })
  const [step] = [...counts].reduce((best, entry) => (entry[1] > best[1] ? entry : best), [0, 0] as const)
  return Math.abs(step) > 0x7fff_ffff ? 0 : step
}
