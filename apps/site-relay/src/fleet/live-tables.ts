import {
  cohortSlots,
  columnList,
  columns,
  createTable,
  readCell,
  resizeTable,
  reachStates,
  moveCell,
  writeCell,
  type LiveTable,
  type MinerInfo,
  type Reach,
} from '@headframe/protocol'
import { cellsOf, type Row } from './row.ts'

type Place = Pick<MinerInfo, 'cohort' | 'slot'>

/** The live table of each cohort: a row for each slot that was ever given. */
export interface LiveTables {
  readonly cohorts: () => readonly { readonly cohort: number; readonly table: LiveTable }[]
  readonly write: (place: Place, row: Row) => void
  readonly setReach: (place: Place, reach: Reach) => void
  readonly reach: (place: Place) => Reach
  readonly startedAt: (place: Place) => number | null
  /** Makes a row, if there is none, for a miner that was not polled yet. */
  readonly open: (place: Place) => void
  /** Empties the row of a miner that went to another slot. */
  readonly clear: (place: Place) => void
}

/** @param stored tables of an earlier run, which become ours */
export function createLiveTables(
  stored: readonly { readonly cohort: number; readonly table: LiveTable }[] = [],
): LiveTables {
  const tables = new Map(stored.map(({ cohort, table }) => [cohort, table]))
  /** Of each table as many rows as a cohort can have: one that grows a row at a time would be copied for each. */
  const whole = new Map<number, LiveTable>()

  function wholeFor(cohort: number): LiveTable {
    const found = whole.get(cohort)
    if (found) return found
    const table = resizeTable(tables.get(cohort) ?? createTable(0), cohortSlots)
    whole.set(cohort, table)
    return table
  }

  function tableFor({ cohort, slot }: Place): LiveTable {
    if (slot >= cohortSlots) throw new Error(`no slot ${slot} in a cohort`)
    const known = tables.get(cohort)
    if (known && slot < known.slots) return known
    const table = firstRows(wholeFor(cohort), slot + 1)
    tables.set(cohort, table)
    return table
  }

  const setReach = (place: Place, reach: Reach) =>
    writeCell(tableFor(place), { column: columns.reach, slot: place.slot, value: reachStates.indexOf(reach) })
  const reach = (place: Place) => {
    const table = tables.get(place.cohort)
    if (!table || place.slot >= table.slots) return 'waiting'
    return reachStates[readCell(table, columns.reach, place.slot) ?? 0] ?? 'waiting'
  }
  return {
    cohorts: () => [...tables].map(([cohort, table]) => ({ cohort, table })),
    write: (place, row) => {
      const table = tableFor(place)
      for (const [column, value] of cellsOf(row)) moveCell(table, { column, slot: place.slot, value })
      setReach(place, 'answering')
    },
    setReach,
    reach,
    startedAt: place => {
      const table = tables.get(place.cohort)
      return table && place.slot < table.slots ? readCell(table, columns.startedAt, place.slot) : null
    },
    open: place => {
      if (reach(place) === 'waiting') setReach(place, 'waiting')
    },
    clear: place => {
      for (const column of columnList) writeCell(tableFor(place), { column, slot: place.slot, value: null })
    },
  }
}

/** The same cells, as far as they go. */
const firstRows = ({ columns: all }: LiveTable, slots: number): LiveTable => ({
  slots,
  columns: new Map([...all].map(([id, codes]) => [id, codes.subarray(0, slots)])),
})
