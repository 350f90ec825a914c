import { assert, constantFrom, property, stringMatching } from 'fast-check'
import { expect, test } from 'vitest'
import { forwardedHeaders, forwardedTarget } from './forwarded.ts'

test('lets through what a page sends, in order and with its repeats', () => {
  const raw = ['Host', 'mine:8787', 'Cookie', 'a=1', 'X-Headframe', '1', 'Accept', 'a', 'Accept', 'b']
  expect(forwardedHeaders(raw)).toEqual(raw)
})

test('drops what says where a request came from, however it is written', () => {
  const names = ['MF-Original-URL', 'mf-cf-blob', 'CF-Connecting-IP', 'cf-ray', 'X-Forwarded-For', 'x-forwarded-proto']
  const more = ['Forwarded', 'X-Real-IP', 'True-Client-IP', 'Via', 'Connection', 'Transfer-Encoding', 'Upgrade', 'TE']
  expect(forwardedHeaders([...names, ...more].flatMap(name => [name, 'x']))).toEqual([])
})

test('[S7] offers no compression of sockets: it would cost memory for each of them', () => {
  expect(forwardedHeaders(['Sec-WebSocket-Extensions', 'permessage-deflate', 'Sec-WebSocket-Version', '13'])).toEqual([
    'Sec-WebSocket-Version',
    '13',
  ])
})

test('lets no name through that begins as one of miniflare, whatever follows', () => {
  const prefix = constantFrom('mf-', 'MF-', 'Mf-', 'cf-', 'CF-', 'x-forwarded', 'X-FORWARDED')
  assert(
    property(prefix, stringMatching(/^[A-Za-z-]{0,12}$/), (start, rest) => {
      expect(forwardedHeaders([`${start}${rest}`, 'x'])).toEqual([])
    }),
  )
})

test.each([
  ['/api/me?x=1', '/api/me?x=1'],
  ['/', '/'],
  ['//evil/x', '//evil/x'],
  ['/a/../b', '/b'],
  ['/cdn-cgi/local/explorer', null],
  ['/CDN-CGI/x', null],
  ['/x/../cdn-cgi/x', null],
  ['/./cdn-cgi', null],
  ['//cdn-cgi/x', null],
  ['/x/%2e%2e/cdn-cgi/x', null],
  ['http://evil/', null],
  ['*', null],
])('passes %s on as %s', (target, expected) => {
  expect(forwardedTarget(target)).toBe(expected)
})
