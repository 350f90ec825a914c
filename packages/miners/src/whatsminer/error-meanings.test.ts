import { expect, test } from 'vitest'
import { errorProblems } from './errors.ts'
import { meanings } from './error-meanings.ts'

const codeOf = (code: string) => errorProblems([{ [code]: 'time' }]).map(problem => [problem.code, problem.component])

test('reads every line of its table', () => {
  expect(meanings.size).toBeGreaterThan(250)
  expect([...meanings.values()].filter(meaning => meaning.text === '')).toEqual([])
})

test.each([
  ['110', 'fan-slow', 'fan in'],
  ['283', 'psu-fault', 'psu'],
  ['352', 'board-too-hot', 'hashboard 2'],
  ['329', 'sensor-fault', 'control board'],
  ['5032', 'chip-too-hot', 'hashboard 2'],
  ['541003', 'chip-too-hot', 'hashboard 1'],
  ['110001', 'firmware', null],
  ['2021', 'pool-unreachable', 'pool 1'],
  ['600', 'inlet-too-hot', null],
])('knows %s', (vendorCode, code, component) => {
  expect(codeOf(vendorCode)).toEqual([[code, component]])
})

test('shows a code that it does not know', () => {
  expect(codeOf('777777')).toEqual([['other', null]])
})
