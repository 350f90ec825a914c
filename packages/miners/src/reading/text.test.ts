import { expect, test } from 'vitest'
import { kept, mac, text } from './text.ts'

test('[X5] strips terminal escapes, line breaks and direction overrides', () => {
  expect(text('rig\u001b[31m\r\n7\u202e\u0000\u009b')).toBe('rig[31m7')
})

test('cuts text to 256 characters without leaving half a character', () => {
  const cut = text(`${'a'.repeat(255)}😀`)
  expect(cut).toHaveLength(256)
  expect(cut?.isWellFormed()).toBe(true)
})

test('has no empty text, but keeps an empty pool slot', () => {
  expect(text('  ')).toBeNull()
  expect(kept('  ')).toBe('')
  expect(kept(undefined)).toBeNull()
})

test.each(['aa:bb:cc:dd:ee:ff', 'AA-BB-CC-DD-EE-FF', 'aabbccddeeff', ' AA:BB:CC:DD:EE:FF '])(
  'reads the MAC %j',
  written => {
    expect(mac(written)).toBe('AA:BB:CC:DD:EE:FF')
  },
)

test.each(['02:55:97:22:3M:72', 'aa:bb:cc:dd:ee', '00:00:00:00:00:00', '', 12, null])('refuses the MAC %j', written => {
  expect(mac(written)).toBeNull()
})
