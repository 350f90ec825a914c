import { expect, test } from 'vitest'
import { problemTold } from './problem-told.ts'

const told = (component: string | null, text: string | null, vendorCode: string | null) =>
  problemTold({ code: 'hashrate-low', component, text, vendorCode })

test('what the machine says is one sentence, whatever of it there is', () => {
  expect(told(null, 'The machine says that its hashrate is too low.', '1')).toBe(
    'The machine says that its hashrate is too low (code 1).',
  )
  expect(told('hashboard 1', 'Its frequency is too low.', '591')).toBe(
    'hashboard 1: Its frequency is too low (code 591).',
  )
  expect(told('fan 0', 'The fan stands still.', null)).toBe('fan 0: The fan stands still.')
  expect(told(null, 'will power off hash board 2', null)).toBe('will power off hash board 2')
  expect(told('psu', null, '240')).toBe('psu (code 240)')
  expect(told(null, null, '240')).toBe('code 240')
  expect(told(null, '', null)).toBe('')
})
