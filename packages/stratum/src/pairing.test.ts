import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ask, settle } from './pairing.ts'
import type { Waiting } from './pairing.ts'

const request = (id: string, asked: string, at = 0): Waiting<string> => ({ direction: 'm2p', id, at, asked })
const none: readonly Waiting<string>[] = []

test('pairs a response with the request of its id', () => {
  const waiting = ask(ask(none, request('1', 'a')), request('2', 'b'))
  expect(settle(waiting, { direction: 'p2m', id: '2', at: 5 })).toEqual({
    waiting: [request('1', 'a')],
    request: request('2', 'b'),
  })
})

test('pairs an id that is used again in the order of the requests', () => {
  const waiting = ask(ask(none, request('1', 'first')), request('1', 'second'))
  const { waiting: rest, request: first } = settle(waiting, { direction: 'p2m', id: '1', at: 0 })
  expect([first?.asked, settle(rest, { direction: 'p2m', id: '1', at: 0 }).request?.asked]).toEqual(['first', 'second'])
})

test('keeps the ids of the two sides apart', () => {
  const waiting = ask(ask(none, { ...request('1', 'version'), direction: 'p2m' }), request('1', 'share'))
  expect(settle(waiting, { direction: 'p2m', id: '1', at: 0 }).request?.asked).toBe('share')
  expect(settle(waiting, { direction: 'm2p', id: '1', at: 0 }).request?.asked).toBe('version')
})

test('pairs a response that nothing waits for with nothing', () => {
  const waiting = ask(none, request('1', 'a'))
  expect(settle(waiting, { direction: 'p2m', id: '"1"', at: 0 })).toEqual({ waiting, request: null })
})

test('does not give a late answer to a request that nobody answered', () => {
  const waiting = ask(ask(none, request('1', 'suggest', 0)), request('1', 'share', 200_000))
  expect(settle(waiting, { direction: 'p2m', id: '1', at: 200_010 }).request?.asked).toBe('share')
})

test('remembers no more than 256 requests, the newest', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 600 }), count => {
      const asked = Array.from({ length: count }, (_, index) => request(String(index), String(index)))
      const waiting = asked.reduce(ask<string>, none)
      expect(waiting.map(({ id }) => Number(id))).toEqual(
        Array.from({ length: Math.min(count, 256) }, (_, index) => Math.max(0, count - 256) + index),
      )
    }),
  )
})

test('gives every answer to its request, for any order of answers', () => {
  const ids = fc
    .uniqueArray(fc.nat(50), { minLength: 1 })
    .chain(all => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
  fc.assert(
    fc.property(ids, ([asked, answered]) => {
      let waiting = asked.reduce((all, id) => ask(all, request(String(id), `asked ${id}`)), none)
      const pairs = answered.map(id => {
        const settled = settle(waiting, { direction: 'p2m', id: String(id), at: 1 })
        waiting = settled.waiting
        return settled.request?.asked
      })
      expect(pairs).toEqual(answered.map(id => `asked ${id}`))
      expect(waiting).toEqual([])
    }),
  )
})
