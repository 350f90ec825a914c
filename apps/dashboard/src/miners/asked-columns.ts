import { columns, type Column } from '@headframe/protocol'
import type { NumberField, Test } from './query.ts'
import type { SortName } from './sort.ts'
import type { Asked } from './view.ts'

/** Live columns that decide which miners are shown and in which order: they are needed of all, not only of those in sight. */
export function askedColumns({ terms, sort }: Asked): readonly Column[] {
  return [...sortColumns[sort.by], ...terms.flatMap(term => testColumns(term.test))]
}

function testColumns(test: Test): readonly Column[] {
  switch (test.kind) {
    case 'number':
      return numberColumns[test.field]
    case 'text':
      return test.field === 'pool' || test.field === 'worker' ? [columns.activePool] : []
    case 'word':
    case 'bad':
      return []
  }
}

// States, problems, ages and totals are always needed of all.
const numberColumns: Readonly<Record<NumberField, readonly Column[]>> = {
  hashrate: [columns.hashrateHs],
  expected: [columns.expectedHashrateHs],
  power: [columns.powerW],
  eff: [columns.hashrateHs, columns.powerW],
  temp: [columns.chipTempC],
  board: [columns.boardTempC],
  inlet: [columns.inletTempC],
  fan: [columns.fanRpm],
  boards: [columns.boardsPresent],
  accepted: [columns.accepted, columns.rejected],
  uptime: [columns.startedAt],
  age: [columns.observedAt],
}

const sortColumns: Readonly<Record<SortName, readonly Column[]>> = {
  ...numberColumns,
  state: [],
  address: [],
  model: [],
  firmware: [],
  mac: [],
  problems: [],
  pool: [columns.activePool],
}
