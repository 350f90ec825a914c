import { assert, ipV4, property } from 'fast-check'
import { expect, test } from 'vitest'
import { addressNumber, addressText, parseAddresses } from './addresses.ts'

const texts = (text: string) => {
  const parsed = parseAddresses(text)
  return parsed.kind === 'bad' ? parsed.text : parsed.spans.map(span => [addressText(span.from), addressText(span.to)])
}

test('a network has no miner at its own and its broadcast address', () => {
  expect(texts('10.1.0.77/22')).toEqual([['10.1.0.1', '10.1.3.254']])
  expect(texts('10.1.0.6/31')).toEqual([['10.1.0.6', '10.1.0.7']])
})

test('ranges, single addresses and lists of them are read', () => {
  expect(texts('127.20.0.1-127.20.0.200, 127.20.1.5')).toEqual([
    ['127.20.0.1', '127.20.0.200'],
    ['127.20.1.5', '127.20.1.5'],
  ])
})

test('what is no address is said to be none', () => {
  expect(texts('10.1.0.256')).toMatch(/^"10.1.0.256" is no address/)
  expect(texts('10.1/16')).toMatch(/is no address/)
  expect(texts('')).toMatch(/^"" is no address/)
})

test('a range of more than a /16 is refused', () => {
  expect(texts('10.0.0.0/8')).toBe('holds 16777214 addresses; the most is 65536')
})

test('an address and its number are the same thing', () => {
  assert(
    property(ipV4(), text => {
      expect(addressText(addressNumber(text)!)).toBe(text)
    }),
  )
})
