import { expect, test } from 'vitest'
import { amountText, difficultyText, hashrateAmount, powerAmount, spanText, threeDigits, uptimeText } from './amount.ts'

test('numbers have three significant digits', () => {
  expect([0, 0.5123, 3.2099, 9.996, 47.56, 198.4, 999.96, 1240.4].map(threeDigits)).toEqual([
    '0',
    '0.512',
    '3.21',
    '10.0',
    '47.6',
    '198',
    '1,000',
    '1,240',
  ])
})

test('hashrates and powers take the SI step that leaves one to three digits before the point', () => {
  expect([1.98e17, 1.2e12, 9.9996e17, 0].map(value => amountText(hashrateAmount(value)))).toEqual([
    '198 PH/s',
    '1.20 TH/s',
    '1.00 EH/s',
    '0 H/s',
  ])
  expect(amountText(powerAmount(3_450_000))).toBe('3.45 MW')
})

test('spans are told in their largest whole unit, uptimes in two', () => {
  expect([0, 59_999, 60_000, 7_200_000, 172_800_000].map(spanText)).toEqual(['0 s', '59 s', '1 min', '2 h', '2 d'])
  expect([12_000, 185_000, 11_520_000, 187_200_000].map(uptimeText)).toEqual(['12 s', '3 min', '3 h 12 min', '2 d 4 h'])
})

test('a difficulty is told however small it is', () => {
  expect([0, 0.000001, 0.001953125, 1.5, 512, 8192.4, 65_536].map(difficultyText)).toEqual([
    '0',
    '0.000001',
    '0.00195',
    '1.5',
    '512',
    '8,192',
    '65,536',
  ])
})
