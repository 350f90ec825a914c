import { expect, test } from 'vitest'
import { addressText, dialsItself, readRoute } from './address.ts'

test('reads where to listen and which pool to dial', () => {
  expect(readRoute({ listen: '127.0.0.1:3333', pool: 'stratum+ssl://pool.example.org:443' })).toEqual({
    listen: { host: '127.0.0.1', port: 3333 },
    pool: { host: 'pool.example.org', port: 443, tls: true, url: 'stratum+ssl://pool.example.org:443' },
  })
})

test('reads and writes IPv6 addresses in brackets', () => {
  const route = readRoute({ listen: '[::1]:3333', pool: 'stratum+tcp://[fd00::7]:3333/' })
  expect(route?.listen).toEqual({ host: '::1', port: 3333 })
  expect(route?.pool.host).toBe('fd00::7')
  expect(addressText({ host: '::1', port: 3333 })).toBe('[::1]:3333')
})

test.each([
  ['127.0.0.1:3333', '127.0.0.1:3333', true],
  ['0.0.0.0:3333', 'localhost:3333', true],
  ['0.0.0.0:3333', '10.0.0.1:3333', false],
  ['127.0.0.1:3334', '127.0.0.1:3333', false],
])('a proxy on %s to a pool on %s dials itself: %s', (listen, pool, expected) => {
  const route = readRoute({ listen, pool: `stratum+tcp://${pool}` })!
  expect(dialsItself(route, [route])).toBe(expected)
})

test.each([
  ['no port', '127.0.0.1', 'stratum+tcp://pool:1'],
  ['a port above 65535', '127.0.0.1:70000', 'stratum+tcp://pool:1'],
  ['a pool without scheme', '127.0.0.1:1', 'pool:1'],
  ['a pool on port 0', '127.0.0.1:1', 'stratum+tcp://pool:0'],
  ['a pool with a user in it', '127.0.0.1:1', 'stratum+tcp://user:secret@pool:1'],
])('refuses %s', (_what, listen, pool) => {
  expect(readRoute({ listen, pool })).toBeNull()
})
