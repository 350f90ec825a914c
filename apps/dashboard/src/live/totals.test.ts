import { columns, readCell } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createFleet, now, relay } from '../../dev/generated-fleet.ts'
import { agesOf } from '../overview/ages.ts'
import { causesOf } from '../overview/causes.ts'
import { parseQuery } from '../miners/query.ts'
import { viewOf } from '../miners/view.ts'
import { firstSort } from '../miners/sort.ts'
import { Fleet } from './fleet.ts'
import { allRows, totalsOf } from './totals.ts'
import { valueAt } from './values.ts'

function judgedFleet(miners: number) {
  const made = createFleet(miners)
  made.fleet.judge(now)
  return made
}

test('the eight states add up to all miners', () => {
  const { fleet } = judgedFleet(1000)
  const { states, miners, fresh } = totalsOf(fleet)
  expect(Object.values(states).reduce((sum, count) => sum + count, 0)).toBe(1000)
  expect([miners, fresh]).toEqual([1000, 1000 - states.unknown - states.offline])
  expect(states.offline).toBeGreaterThan(0)
})

test('sums are over fresh miners that tell the value, and say how many those are', () => {
  const { fleet, mine } = judgedFleet(400)
  const telling = mine.miners.filter(
    ({ model, fate }) => model.telling.power && fate !== 'silent' && fate !== 'unauthorized',
  )
  const sum = telling.reduce((sum, { info }) => sum + readCell(mine.cohorts[0]!, columns.powerW, info.slot)!, 0)
  const { powerW } = totalsOf(fleet)
  expect(powerW.miners).toBe(telling.length)
  expect(powerW.total).toBeCloseTo(sum, 3)
})

test('efficiency is the sum of watts over the sum of hashes of the same miners, not a mean of ratios', () => {
  const { fleet, mine } = judgedFleet(400)
  const table = mine.cohorts[0]!
  const both = mine.miners.filter(
    ({ model, fate }) => model.telling.power && !['silent', 'unauthorized', 'paused'].includes(fate),
  )
  const total = (column: typeof columns.powerW | typeof columns.hashrateHs) =>
    both.reduce((sum, { info }) => sum + readCell(table, column, info.slot)!, 0)
  const { efficiencyJth } = totalsOf(fleet)
  expect(efficiencyJth!.miners).toBe(both.length)
  expect(efficiencyJth!.total).toBeCloseTo(total(columns.powerW) / (total(columns.hashrateHs) / 1e12), 6)
})

test('an empty fleet has no efficiency and nothing that needs anyone', () => {
  expect([totalsOf(new Fleet()).efficiencyJth, causesOf(new Fleet())]).toEqual([null, []])
})

test('each cause finds as many miners in the table as it names, largest loss first', () => {
  const { fleet } = judgedFleet(3000)
  const causes = causesOf(fleet)
  const found = causes.map(({ query }) => viewOf(fleet, { terms: parseQuery(query), states: [], sort: firstSort }, now))
  expect(found.map(view => view.rows.length)).toEqual(causes.map(cause => cause.miners))
  expect(causes.map(cause => cause.lossHs)).toEqual(causes.map(cause => cause.lossHs).sort((a, b) => b - a))
  expect(causes.map(cause => cause.key)).toContain('problem:fan-stopped')
})

test('a miner with several problems counts once, under its gravest, so that the losses add up', () => {
  const { fleet, mine } = judgedFleet(3000)
  const causes = causesOf(fleet)
  const lost = (fate: string) => mine.miners.filter(miner => miner.fate === fate).length
  // A lost hashboard also makes the hashrate low: one repair, one loss.
  expect(causes.find(cause => cause.key === 'problem:hashboard-missing')!.miners).toBe(lost('board'))
  expect(causes.find(cause => cause.key === 'problem:hashrate-low')!.miners).toBe(lost('low'))
  const told = causes.filter(cause => cause.key.startsWith('problem:')).reduce((sum, cause) => sum + cause.lossHs, 0)
  const lossOf = (row: number) =>
    Math.max(0, valueAt(fleet, columns.expectedHashrateHs, row)! - valueAt(fleet, columns.hashrateHs, row)!)
  const troubled = [...allRows(fleet)].filter(row => fleet.problemBitsAt(row) !== 0)
  expect(told).toBeCloseTo(
    troubled.reduce((sum, row) => sum + lossOf(row), 0),
    -6,
  )
})

test('a silent relay is one cause, whatever its miners last said', () => {
  const { fleet } = judgedFleet(50)
  fleet.relays = [{ ...relay, silentSince: now }]
  fleet.judge(now)
  expect(causesOf(fleet).map(({ title, miners, seen, query }) => ({ title, miners, seen, query }))).toEqual([
    { title: 'Relay north-box is silent', miners: 50, seen: false, query: 'relay:"north-box"' },
  ])
})

test('ages of readings add up to all miners', () => {
  const { fleet } = judgedFleet(500)
  const ages = agesOf(fleet, now + 45_000)
  expect(ages.minute + ages.fresh + ages.stale + ages.never).toBe(500)
  expect([ages.minute > 0, ages.fresh > 0, ages.stale > 0]).toEqual([true, true, true])
  expect(agesOf(fleet, now + 3_600_000).stale).toBe(500 - ages.never)
})
