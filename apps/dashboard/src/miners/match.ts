import { columns, nullCode, problemsOf, reachStates, type Column } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import { acceptedPercentAt, ageAt, efficiencyAt, numberOf, uptimeAt } from '../live/values.ts'
import { gravestProblem } from '../parts/gravest-problem.ts'
import { activeUrlReader, activeUserTest } from './active-pool.ts'
import { rowsHolding } from './find-text.ts'
import type { NumberField, Term, Test, TextField } from './query.ts'

export type RowTest = (row: number) => boolean

/** A test of rows for all terms of a query. What was not understood filters nothing. */
export function matcherOf(terms: readonly Term[], fleet: Fleet, now: number): RowTest {
  const tests = terms.flatMap(({ negated, test }) => {
    const matches = testOf(test, fleet, now)
    if (!matches) return []
    return [negated ? (row: number) => !matches(row) : matches]
  })
  const [only] = tests
  if (tests.length === 1 && only) return only
  return row => tests.every(test => test(row))
}

function testOf(test: Test, fleet: Fleet, now: number): RowTest | null {
  switch (test.kind) {
    case 'word':
      return rowTest(rowsHolding(fleet, 'any', test.word))
    case 'text':
      return textTest(test.field, test.word, fleet)
    case 'number':
      return numberTest(test, fleet, now)
    case 'bad':
      return null
  }
}

function textTest(field: TextField, word: string, fleet: Fleet): RowTest {
  switch (field) {
    case 'state':
      return row => fleet.stateAt(row).startsWith(word)
    case 'problem':
      return row => {
        const problems = problemsOf(fleet.problemBitsAt(row))
        return word === 'any' ? problems.length > 0 : problems.some(code => code.startsWith(word))
      }
    case 'cause':
      return row => gravestProblem(fleet.problemBitsAt(row))?.startsWith(word) ?? false
    case 'reach':
      return row => reachStates[fleet.codes(columns.reach)[row] ?? nullCode]?.startsWith(word) ?? false
    case 'relay':
      return row => fleet.relayOf(row)?.name.toLowerCase().includes(word) ?? false
    case 'pool':
      return poolTest(fleet, word)
    case 'worker':
      return activeUserTest(fleet, word)
    case 'model':
    case 'make':
    case 'firmware':
    case 'address':
    case 'mac':
    case 'serial':
    case 'host':
    case 'driver':
      return rowTest(rowsHolding(fleet, field, word))
  }
}

function poolTest(fleet: Fleet, word: string): RowTest {
  const holds = activeUrlReader(fleet, url => url.toLowerCase().includes(word))
  // Whatever is written holds the empty word, and so does what is not.
  return row => holds(row) ?? word === ''
}

const rowTest =
  (rows: Uint8Array): RowTest =>
  row =>
    rows[row] === 1

function numberTest(test: Extract<Test, { kind: 'number' }>, fleet: Fleet, now: number): RowTest {
  const valueOf = numberReader(test.field, fleet, now)
  const { value } = test
  // NaN compares as false with everything: what is not known matches no comparison.
  switch (test.is) {
    case '<':
      return row => valueOf(row) < value
    case '<=':
      return row => valueOf(row) <= value
    case '>':
      return row => valueOf(row) > value
    case '>=':
      return row => valueOf(row) >= value
    case '=':
      return row => Math.round(valueOf(row)) === Math.round(value)
  }
}

/** A number of a row in the unit that people type, `NaN` when unknown. */
export function numberReader(field: NumberField, fleet: Fleet, now: number): (row: number) => number {
  const column = (column: Column, scale = 1) => {
    const codes = fleet.codes(column)
    return (row: number) => numberOf(column, codes[row] ?? nullCode) / scale
  }
  const computed = (valueOf: (row: number) => number | null) => (row: number) => valueOf(row) ?? Number.NaN
  const readers: Readonly<Record<NumberField, () => (row: number) => number>> = {
    hashrate: () => column(columns.hashrateHs, 1e12),
    expected: () => column(columns.expectedHashrateHs, 1e12),
    power: () => column(columns.powerW),
    temp: () => column(columns.chipTempC),
    board: () => column(columns.boardTempC),
    inlet: () => column(columns.inletTempC),
    fan: () => column(columns.fanRpm),
    boards: () => column(columns.boardsPresent),
    eff: () => computed(row => efficiencyAt(fleet, row)),
    accepted: () => computed(row => acceptedPercentAt(fleet, row)),
    uptime: () => computed(row => uptimeAt(fleet, row, now)),
    age: () => computed(row => ageAt(fleet, row, now)),
  }
  return readers[field]()
}
