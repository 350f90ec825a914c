import { columns, minerId, minerStates } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createFleet, now } from '../../dev/generated-fleet.ts'
import { generatedRelay } from '../../dev/mine.ts'
import type { Fleet } from '../live/fleet.ts'
import { allRows } from '../live/totals.ts'
import { efficiencyAt, valueAt } from '../live/values.ts'
import { parseQuery } from './query.ts'
import { firstSort, parseSort, sortNames, sortText } from './sort.ts'
import { heldOrder, viewOf, type Asked } from './view.ts'

function judgedFleet(miners: number) {
  const { fleet } = createFleet(miners)
  fleet.judge(now)
  return fleet
}

const ask = (query: string, more: Partial<Asked> = {}): Asked => ({
  terms: parseQuery(query),
  states: [],
  sort: firstSort,
  ...more,
})
const rowsOf = (fleet: Fleet, asked: Asked) => [...viewOf(fleet, asked, now).rows]

test('addresses sort as numbers do', () => {
  const fleet = judgedFleet(600)
  const addresses = rowsOf(fleet, ask('')).map(row => fleet.infoAt(row)!.address)
  expect(addresses.slice(8, 11)).toEqual(['10.20.0.9', '10.20.0.10', '10.20.0.11'])
  expect(addresses.slice(-1)).toEqual(['10.20.2.100'])
})

test('what is no IPv4 address stands after those that are, and a miner that came later at its place', () => {
  const fleet = judgedFleet(3)
  const info = fleet.infoAt(0)
  const add = (address: string, slot: number) =>
    fleet.putMiner(generatedRelay, { ...info!, id: minerId.parse(`miner_${slot}`.padEnd(22, '0')), address, slot })
  const addresses = () => rowsOf(fleet, ask('')).map(row => fleet.infoAt(row)!.address)
  add('miner-b.local', 100)
  add('10.3.0.200', 101)
  add('miner-a.local', 102)
  const sorted = ['10.3.0.200', '10.20.0.1', '10.20.0.2', '10.20.0.3', 'miner-a.local', 'miner-b.local']
  expect(addresses()).toEqual(sorted)
  fleet.removeMiner(fleet.infoAt(1)!.id)
  expect(addresses()).toEqual(sorted.filter(address => address !== '10.20.0.2'))
})

test('sorts by a number either way, unknown ones last both times', () => {
  const fleet = judgedFleet(300)
  // Told apart to a thousandth.
  const efficiency = (row: number) => efficiencyAt(fleet, row)?.toFixed(3) ?? null
  const up = rowsOf(fleet, ask('', { sort: parseSort('eff') })).map(efficiency)
  const down = rowsOf(fleet, ask('', { sort: parseSort('-eff') })).map(efficiency)
  const known = up.filter(value => value !== null)
  expect(known).toEqual([...known].sort((a, b) => Number(a) - Number(b)))
  expect(down.slice(0, known.length)).toEqual(known.toReversed())
  expect([...new Set(up.slice(known.length)), ...new Set(down.slice(known.length))]).toEqual([null, null])
})

test('equal ones stay in order of address', () => {
  const fleet = judgedFleet(300)
  const rows = rowsOf(fleet, ask('model:s21', { sort: parseSort('model') }))
  expect(rows).toEqual(rows.toSorted((a, b) => a - b))
})

test('every column sorts without losing a miner', () => {
  const fleet = judgedFleet(200)
  const all = sortNames.map(by => new Set(rowsOf(fleet, ask('', { sort: { by, down: true } }))).size)
  expect(new Set(all)).toEqual(new Set([200]))
})

test('a sort survives the address of the page', () => {
  expect(sortNames.flatMap(by => [parseSort(by), parseSort(sortText({ by, down: true }))])).toEqual(
    sortNames.flatMap(by => [
      { by, down: false },
      { by, down: true },
    ]),
  )
  expect(parseSort('nonsense')).toEqual(firstSort)
})

test('counts of states are of what the query matches, whatever states are chosen', () => {
  const fleet = judgedFleet(1000)
  const view = viewOf(fleet, ask('model:s21', { states: ['fault', 'low'] }), now)
  const total = minerStates.reduce((sum, state) => sum + view.counts[state], 0)
  expect(total).toBe(view.matching)
  expect(view.rows.length).toBe(view.counts.fault + view.counts.low)
  expect(view.rows.length).toBeGreaterThan(0)
})

test('numbers compare what is known; unknown matches neither side', () => {
  const fleet = judgedFleet(300)
  const over = rowsOf(fleet, ask('power>3000'))
  const under = rowsOf(fleet, ask('power<=3000'))
  const known = rowsOf(fleet, ask('')).filter(row => valueAt(fleet, columns.powerW, row) !== null)
  expect(over.length + under.length).toBe(known.length)
  expect(known.length).toBeLessThan(300)
})

test('terms all have to hold, and a minus turns one around', () => {
  const fleet = judgedFleet(300)
  const s21 = rowsOf(fleet, ask('s21'))
  expect(rowsOf(fleet, ask('s21 -state:hashing')).length).toBe(
    s21.length - rowsOf(fleet, ask('s21 state:hashing')).length,
  )
  expect(rowsOf(fleet, ask('s21 temp>warm'))).toEqual(s21)
})

test('under a pointer, rows keep their places; gone ones leave, new ones join at the end', () => {
  expect([...heldOrder(Uint32Array.of(5, 3, 9, 1), Uint32Array.of(1, 2, 3, 5))]).toEqual([5, 3, 1, 2])
})

test('of 50,000 miners each that matches is found, counted and in its place', () => {
  const fleet = judgedFleet(50_000)
  const view = viewOf(fleet, ask('s21 temp>60', { sort: parseSort('-hashrate') }), now)
  const wanted = [...allRows(fleet)].filter(
    row => fleet.infoAt(row)!.model === 'Antminer S21' && (valueAt(fleet, columns.chipTempC, row) ?? 0) > 60,
  )
  const hashrates = [...view.rows].map(row => valueAt(fleet, columns.hashrateHs, row) ?? -1)
  expect(new Set(view.rows)).toEqual(new Set(wanted))
  expect(view.matching).toBe(wanted.length)
  expect(wanted.length).toBeGreaterThan(10_000)
  expect(hashrates).toEqual(hashrates.toSorted((a, b) => b - a))
})
