import { expect, test } from 'vitest'
import { problemBit } from '../state.ts'
import { columns, miningStates, reachStates, type KnownColumn, type Reach } from './columns.ts'
import { addSummaries, summarise } from './summary.ts'
import { createTable, writeCell, type LiveTable } from './table.ts'

const now = 1_790_000_000_000
const clock = { now, staleAfterMs: 120_000, relaySilent: false }

interface Row {
  readonly reach: Reach
  readonly hashrateHs?: number
  readonly powerW?: number
  readonly ageMs?: number
  readonly problems?: number
}

function tableOf(...rows: readonly (Row | null)[]): LiveTable {
  const table = createTable(rows.length)
  rows.forEach((row, slot) => {
    if (row === null) return
    const write = (column: KnownColumn, value: number | null) => writeCell(table, { column, slot, value })
    write(columns.reach, reachStates.indexOf(row.reach))
    write(columns.hashrateHs, row.hashrateHs ?? null)
    write(columns.powerW, row.powerW ?? null)
    write(columns.observedAt, now - (row.ageMs ?? 5000))
    write(columns.mining, miningStates.indexOf('running'))
    write(columns.problems, row.problems ?? 0)
  })
  return table
}

const none = { unknown: 0, offline: 0, curtailed: 0, paused: 0, fault: 0, hot: 0, low: 0, hashing: 0 }

test('sums what fresh miners told, and counts all by state', () => {
  const table = tableOf(
    { reach: 'answering', hashrateHs: 100e12, powerW: 3000 },
    { reach: 'answering', hashrateHs: 50e12, problems: problemBit('chip-too-hot') },
    { reach: 'silent', hashrateHs: 70e12, powerW: 3000, ageMs: 500_000 },
    { reach: 'answering', hashrateHs: 60e12, ageMs: 122_000 },
    { reach: 'waiting' },
  )
  const summary = summarise([table], clock)
  expect(summary.states).toEqual({ ...none, hashing: 1, hot: 1, offline: 1, unknown: 2 })
  expect(summary.hashrateHs! / 1e12).toBeCloseTo(150, 0)
  expect(summary.powerW! / 1000).toBeCloseTo(3, 1)
})

test('[T1] what nobody told is null, and a slot that no miner has is none', () => {
  const nobody = { hashrateHs: null, expectedHashrateHs: null, powerW: null, states: none }
  expect(summarise([], clock)).toEqual(nobody)
  expect(summarise([tableOf(null, null)], clock)).toEqual(nobody)
  expect(summarise([tableOf({ reach: 'answering' })], clock)).toMatchObject({
    hashrateHs: null,
    expectedHashrateHs: null,
  })
})

test('parts add up to the whole, and one that knows nothing takes nothing away', () => {
  const [a, b] = [
    tableOf({ reach: 'answering', hashrateHs: 100e12 }, null),
    tableOf({ reach: 'silent' }, { reach: 'answering', powerW: 10 }),
  ]
  const parts = [a, b].map(table => summarise([table], clock))
  expect(addSummaries(parts)).toEqual(summarise([a, b], clock))
  expect(addSummaries(parts)).toMatchObject({ hashrateHs: parts[0]!.hashrateHs, powerW: parts[1]!.powerW })
})
