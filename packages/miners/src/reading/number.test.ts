import { expect, test } from 'vitest'
import { difficulty, flag, hottest, num, temperature } from './number.ts'

test.each([
  ['92345.67', 92345.67],
  ['58.94W', 58.94],
  ['3250 W', 3250],
  ['15011G', 15011],
  ['+70C', 70],
  ['17,021', 17021],
  ['49%', 49],
  [18.0, 18],
  ['-1', -1],
  ['1.5e3', 1500],
])('reads %j as a number', (written, number) => {
  expect(num(written)).toBe(number)
})

test.each(['inf', 'nan', '-nan', 'N/A', 'none', '', ' ', null, undefined, {}, Infinity, Number.NaN, '1-2-3'])(
  'reads %j as unknown',
  written => {
    expect(num(written)).toBeNull()
  },
)

test('drops what no sensor measures', () => {
  expect([0, -1, 127, 255, -55, '0', 'N/A'].map(temperature)).toEqual(Array.from({ length: 7 }, () => null))
})

test('keeps frost', () => {
  expect(temperature('-12.5')).toBe(-12.5)
})

test('takes the hottest of the sensors that are there', () => {
  expect(hottest(['45', 0, 61, -1])).toBe(61)
  expect(hottest(['0', '0'])).toBeNull()
})

test('reads flags of old and new firmware alike', () => {
  expect([1, true, '1', 'true', 0, false, '0', 'false', 'auto', null].map(flag)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
    null,
    null,
  ])
})

test('reads difficulties with a suffix', () => {
  expect(['524K', '65536', 1024, '1.2M', ''].map(difficulty)).toEqual([524_000, 65_536, 1024, 1_200_000, null])
})
