import { expect, test } from 'vitest'
import { countedIn, inTotal, perName } from './attempts.ts'

test('leaves five tries, then doubles the wait up to five minutes', () => {
  const waits = [4, 5, 6, 7, 20].map(count => perName({ count, at: 1000 }, 1000))
  expect(waits).toEqual([0, 5000, 10_000, 20_000, 300_000])
})

test('forgives a login after an hour without a try', () => {
  const hour = 3_600_000
  expect([perName({ count: 99, at: 0 }, hour), countedIn({ count: 99, at: 0 }, hour, 'name')]).toEqual([
    0,
    { count: 1, at: hour },
  ])
})

test('a clock that was put back makes nobody wait', () => {
  const later = { count: 99, at: 1_000_000 }
  expect([perName(later, 0), inTotal(later, 0)]).toEqual([0, 0])
  expect(countedIn(later, 0, 'total')).toEqual({ count: 1, at: 0 })
})

test('leaves sixty tries a minute to all together', () => {
  expect([inTotal({ count: 59, at: 0 }, 10_000), inTotal({ count: 60, at: 0 }, 10_000)]).toEqual([0, 50_000])
  expect(countedIn({ count: 60, at: 0 }, 60_000, 'total')).toEqual({ count: 1, at: 60_000 })
})
