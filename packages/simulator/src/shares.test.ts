import { expect, test } from 'vitest'
import { modelOf } from './models.ts'
import { poissonShares } from './shares.ts'
import { testClock, testPools } from './testing.ts'

function mining(more: { seed?: number; pools?: typeof testPools } = {}) {
  const clock = testClock()
  const shares = poissonShares(
    6,
    clock.now,
  )({
    pools: more.pools ?? testPools,
    address: '127.0.0.1',
    seed: more.seed ?? 1,
    model: modelOf('s21'),
    since: clock.now(),
    countedFrom: clock.now(),
  })
  return { clock, shares }
}

test('shares come at the rate that is asked', () => {
  const { clock, shares } = mining()
  expect(shares.pools()[0]).toMatchObject({ active: true, accepted: 0 })
  clock.advance(10 * 3_600_000)
  const accepted = shares.pools()[0]!.accepted
  expect(accepted).toBeGreaterThan(3_600 - 250)
  expect(accepted).toBeLessThan(3_600 + 250)
})

test('how often one asks changes nothing', () => {
  const [often, once] = [mining(), mining()]
  Array.from({ length: 60 }).forEach(() => {
    often.clock.advance(60_000)
    often.shares.pools()
  })
  once.clock.advance(3_600_000)
  expect(often.shares.pools()).toEqual(once.shares.pools())
})

test('a row without a url is passed over', () => {
  const [first, second] = testPools
  const { clock, shares } = mining({ pools: [{ ...first!, url: '' }, second!] })
  clock.advance(3_600_000)
  expect(shares.pools().map(pool => pool.active)).toEqual([false, true])
})
