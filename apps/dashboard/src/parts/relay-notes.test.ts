import type { RelayStatus } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { now, relay } from '../../dev/generated-fleet.ts'
import { clockText } from './amount.ts'
import { relayNotes } from './relay-notes.ts'

const notes = (change: Partial<RelayStatus>) => relayNotes({ ...relay, ...change }, now)
const health = { latePolls: 0, disk: 'ok', clock: 'synchronised', historyFromAt: null } as const

test('of a relay that is well there is nothing to tell', () => {
  expect(notes({ health, historyThroughAt: now - 60_000, boxes: [{ name: 'a', linked: true, speaks: true }] })).toEqual(
    [],
  )
})

test('a full disk and late polls have a word of their own, the graver first', () => {
  const told = notes({ health: { ...health, disk: 'full', latePolls: 1200 } })
  expect(told.map(note => note.word)).toEqual(['Disk full', 'Polls late'])
  expect(told[1]!.text).toBe('1,200 polls should have begun a whole interval ago')
})

test.each([
  { clockOffsetMs: 3_599_300, text: 'Its clock is 1 h ahead; times are corrected' },
  { clockOffsetMs: -3_600_400, text: 'Its clock is 1 h behind; times are corrected' },
  { clockOffsetMs: 4200, text: 'Its clock is 4 s ahead; times are corrected' },
  { clockOffsetMs: -1_500_000, text: 'Its clock is 25 min behind; times are corrected' },
])('[T3] a clock that is off by $clockOffsetMs ms is told', ({ clockOffsetMs, text }) => {
  expect(notes({ clockOffsetMs })).toEqual([{ text }])
})

test('[S5] history that is being caught up says how far it is, by the clock of control', () => {
  const throughAt = now - 3_600_000
  const [note] = notes({ historyThroughAt: throughAt + 7_200_000, clockOffsetMs: 7_200_000 }).slice(1)
  expect(note).toEqual({ text: `History complete to ${clockText(throughAt, now)}; the rest is being sent` })
  expect(notes({ historyThroughAt: throughAt, silentSince: throughAt })[0]!.text).toContain('comes when it is back')
})

const box = (name: string, more: { linked?: boolean; speaks?: boolean } = {}) => ({
  name,
  linked: true,
  speaks: false,
  ...more,
})

test.each([
  { boxes: [box('a', { speaks: true }), box('b')], note: { text: 'a speaks, b stands by' } },
  {
    boxes: [box('a', { speaks: true }), box('b', { linked: false })],
    note: { text: 'a speaks, b is away', word: 'Standby away' },
  },
  { boxes: [box('a'), box('b')], note: { text: 'a stands by, b stands by: none speaks', word: 'No box speaks' } },
])('[S8] of two boxes it tells which one speaks: $note.text', ({ boxes, note }) => {
  expect(notes({ boxes })).toEqual([note])
})
