import { columns, miningStates, type ColumnName, type KnownColumn, type Reading } from '@headframe/protocol'

/** The cells of a miner's row that a reading tells. */
export type Row = { readonly [N in Exclude<ColumnName, 'reach'>]: number | null }

export function rowOf(reading: Reading, judged: { readonly startedAt: number | null; readonly problems: number }): Row {
  const boards = reading.hashboards
  return {
    hashrateHs: reading.hashrateHs,
    expectedHashrateHs: reading.expectedHashrateHs ?? reading.nameplateHashrateHs,
    powerW: reading.powerW,
    chipTempC: highest(boards.map(board => board.chipTempC)),
    boardTempC: highest(boards.map(board => board.boardTempC)),
    inletTempC: reading.inletTempC,
    fanRpm: lowest(reading.fans.map(fan => fan.rpm)),
    accepted: total(reading.pools.map(pool => pool.accepted)),
    rejected: total(reading.pools.map(pool => pool.rejected)),
    mining: miningStates.indexOf(reading.mining),
    startedAt: judged.startedAt,
    problems: judged.problems,
    activePool: reading.pools.find(pool => pool.active === true)?.slot ?? null,
    boardsPresent: boards.length === 0 ? null : boards.filter(board => board.present).length,
    observedAt: reading.at,
  }
}

/** Every cell, with its column. */
export function cellsOf(row: Row): [KnownColumn, number | null][] {
  return rowColumns.map(name => [columns[name], row[name]])
}

const rowColumns = [
  'hashrateHs',
  'expectedHashrateHs',
  'powerW',
  'chipTempC',
  'boardTempC',
  'inletTempC',
  'fanRpm',
  'accepted',
  'rejected',
  'mining',
  'startedAt',
  'problems',
  'activePool',
  'boardsPresent',
  'observedAt',
] as const satisfies ColumnName[]

const known = (values: readonly (number | null)[]) => values.filter(value => value !== null)

function highest(values: readonly (number | null)[]): number | null {
  const told = known(values)
  return told.length === 0 ? null : Math.max(...told)
}

function lowest(values: readonly (number | null)[]): number | null {
  const told = known(values)
  return told.length === 0 ? null : Math.min(...told)
}

function total(values: readonly (number | null)[]): number | null {
  const told = known(values)
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0)
}
