import { longestStepMs } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { afterBeat, afterMarker, type HistoryPlace } from './history-place.ts'

const start: HistoryPlace = { history: null, run: null }
const minute = (n: number, epoch = 1) => ({ epoch, at: n * 60_000 })

/** Beats of these minutes, one after the other. */
const beats = (place: HistoryPlace, ...minutes: readonly number[]) =>
  minutes.reduce((before, n) => afterBeat(before, minute(n)), place)

function marked(place: HistoryPlace, from: ReturnType<typeof minute>, through: ReturnType<typeof minute>) {
  const after = afterMarker(place, { from, through })
  if (after === null) throw new Error('the marker was not taken')
  return after
}

test('beats alone make no history before the relay has said what came before them', () => {
  expect(beats(start, 1, 2, 3).history).toBe(null)
})

test('once it was said, the history goes on with the beats', () => {
  const place = marked(beats(start, 1, 2), minute(0), minute(1))
  expect(place.history).toEqual(minute(2))
  expect(beats(place, 3, 5, 7).history).toEqual(minute(7))
})

test('[S5] a hole between beats stops the history until what was missed was sent, and then it is where the beats are', () => {
  const whole = beats(marked(beats(start, 1), minute(0), minute(1)), 2)
  const cut = beats(whole, 9, 10, 11)
  expect(cut.history).toEqual(minute(2))
  const half = marked(cut, minute(2), minute(5))
  expect(half.history).toEqual(minute(5))
  expect(marked(half, minute(5), minute(9)).history).toEqual(minute(11))
})

test('[S2] a marker that comes again moves nothing back', () => {
  const place = beats(marked(beats(start, 1), minute(0), minute(1)), 2, 3)
  expect(marked(place, minute(0), minute(1)).history).toEqual(minute(3))
})

test('[S5] a marker that leaves something out is not taken', () => {
  const place = marked(start, minute(0), minute(4))
  expect(afterMarker(place, { from: minute(6), through: minute(9) })).toBe(null)
  expect(afterMarker(place, { from: minute(1, 3), through: minute(9, 2) })).toBe(null)
})

test('another epoch is a hole, however soon it begins', () => {
  const place = afterBeat(marked(beats(start, 1), minute(0), minute(1)), minute(2, 7))
  expect(place.history).toEqual(minute(1))
  expect(marked(place, minute(1), minute(2, 7)).history).toEqual(minute(2, 7))
})

test('[T3] a clock that was set back within an epoch is followed', () => {
  const place = beats(marked(beats(start, 60), minute(0), minute(60)), 61)
  const back = beats(place, 2)
  expect(back.history).toEqual(minute(2))
  expect(beats(back, 3).history).toEqual(minute(3))

  const cut = beats(back, 30)
  expect(cut.history).toEqual(minute(2))
  expect(marked(cut, minute(2), minute(30)).history).toEqual(minute(30))
})

test.each([
  [longestStepMs, true],
  [longestStepMs + 1, false],
])('a step of %i ms is taken for no hole: %s', (step, joined) => {
  const place = marked(beats(start, 1), minute(0), minute(1))
  const beat = { epoch: 1, at: minute(1).at + step }
  expect(afterBeat(place, beat).history).toEqual(joined ? beat : minute(1))
})
