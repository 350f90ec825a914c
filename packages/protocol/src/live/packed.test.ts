import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { maxMessageBytes } from '../link/lane.ts'
import { encodeFrame } from './encode.ts'
import { splitFrames } from './interleave.ts'
import { maxInflatedBytes, openPacked, packFrames, packMessages } from './packed.ts'

const anyFrame = fc
  .record({
    cohort: fc.nat({ max: 9 }),
    columns: fc.dictionary(fc.constantFrom('0', '3', '14', '77'), fc.int32Array({ minLength: 9, maxLength: 9 })),
  })
  .map(({ cohort, columns }) => frameOf(cohort, columns))
const anyFrames = fc.array(anyFrame, { maxLength: 6 })

test('frames come out of a packed message as they went in', () => {
  fc.assert(
    fc.property(anyFrames, fc.constantFrom('beat' as const, 'live' as const), (frames, kind) => {
      expect(unpack(packFrames(kind, frames, deflateRawSync))).toEqual({ kind, frames })
    }),
  )
})

test('a packed message never looks like JSON', () => {
  expect([packFrames('beat', [], deflateRawSync)[0], packFrames('live', [], deflateRawSync)[0]]).toEqual([1, 2])
})

test('frames too large for one message become several, in order, none over 256 KiB', () => {
  const frames = Array.from({ length: 40 }, (_, cohort) => noisyFrame(cohort))
  const messages = packMessages('beat', frames, deflateRawSync)
  expect(messages.every(message => message.length <= maxMessageBytes)).toBe(true)
  expect(messages.length).toBeGreaterThan(1)
  expect(messages.flatMap(message => unpack(message).frames)).toEqual(frames)
})

test('no frames are no message', () => {
  expect(packMessages('live', [], deflateRawSync)).toEqual([])
})

test('a message of another kind or format is an error', () => {
  expect([
    openPacked(Uint8Array.of(9, 1)).ok,
    openPacked(Uint8Array.of(1, 2)).ok,
    openPacked(new Uint8Array()).ok,
  ]).toEqual([false, false, false])
})

test('every cut of a body is an error', () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 4 }), fc.nat(), (frames, cut) => {
      const body = inflateRawSync(packFrames('beat', frames, deflateRawSync).subarray(2))
      expect(splitFrames(body.subarray(0, cut % body.length)).ok).toBe(false)
    }),
  )
})

test('garbage is an error or no frames, and never a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), bytes => {
      const split = splitFrames(bytes)
      expect(split.ok ? split.frames : []).toEqual([])
    }),
  )
})

function frameOf(cohort: number, columns: Readonly<Record<string, Int32Array>>) {
  const relay = relayId.parse('relay_12345678')
  const header = { relay, epoch: 1, seq: 1, cohort, baseEpoch: 0, baseSeq: 0, at: 5, advanceS: 0 }
  const table = { slots: 9, columns: new Map(Object.entries(columns).map(([id, codes]) => [Number(id), codes])) }
  return encodeFrame({ header, base: null, table })
}

function noisyFrame(cohort: number) {
  const noise = (seed: number) => Int32Array.from({ length: 4096 }, (_, slot) => scattered(slot * 64 + seed) >> 12)
  const relay = relayId.parse('relay_12345678')
  const header = { relay, epoch: 1, seq: 1, cohort, baseEpoch: 0, baseSeq: 0, at: 5, advanceS: 0 }
  const ids = [0, 1, 2, 7]
  const columns = new Map(ids.map(id => [id, noise(cohort * 1_000_003 + id)]))
  return encodeFrame({ header, base: null, table: { slots: 4096, columns } })
}

function scattered(value: number): number {
  const mixed = Math.imul(value ^ (value >>> 15), 0x2c1b_3c6d)
  return Math.imul(mixed ^ (mixed >>> 12), 0x297a_2d39)
}

function unpack(message: Uint8Array) {
  const opened = openPacked(message)
  if (!opened.ok) throw new Error(opened.error.text)
  const split = splitFrames(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
  if (!split.ok) throw new Error(split.error.text)
  return { kind: opened.kind, frames: split.frames }
}
