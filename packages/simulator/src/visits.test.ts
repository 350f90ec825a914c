import { expect, test } from 'vitest'
import { exchange, testSite } from './testing.ts'
import { countVisits, visitAges } from './visits.ts'

test('connections that are close are one conversation; the next begins an interval later', () => {
  let now = 1_000_000
  const visits = countVisits(() => now)
  const visited = { begunAt: 0, lastAt: 0 }
  visits.note(visited)
  now += 1_900
  visits.note(visited)
  now += 58_200
  visits.note(visited)
  const { intervals, ...counts } = visits.counts()
  expect(counts).toEqual({ connections: 3, conversations: 2 })
  expect(intervals.flatMap((count, second) => (count > 0 ? [[second, count]] : []))).toEqual([[60, 1]])
  expect(visitAges([visited, { begunAt: 0, lastAt: 0 }], now + 7_000).indexOf(1)).toBe(7)
})

test('a site tells how often its miners were asked', async () => {
  await using started = await testSite({ miners: [{ model: 's21' }, { model: 's21' }] })
  const { site, clock } = started
  const ask = () => exchange({ address: site.at(0).address, port: site.ports[4028] }, '{"command":"version"}')
  await ask()
  await ask()
  clock.advance(30_000)
  await ask()
  clock.advance(5_000)
  const { intervals, ages, ...counts } = site.visits()
  expect(counts).toEqual({ connections: 3, conversations: 2 })
  expect([intervals.indexOf(1), ages.indexOf(1)]).toEqual([30, 5])
})
