import type { Moment, UpMessage } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { keeping, tenAt } from '../history/builders.ts'
import { minuteMs } from '../history/history.ts'
import { aNote } from '../store/builders.ts'
import type { HandMadeControl } from './hand-made-control.ts'
import { linking } from './linking.ts'

/** A relay that kept two hours of history, and has not reached its control yet. */
async function missing(from: Moment) {
  const kept = keeping()
  kept.pass(120)
  const backfill = { history: kept.history(), bytesPerSecond: 2 ** 20 }
  const rig = await linking({ backfill, now: () => kept.clock.now })
  rig.control.welcomeWith.history = from
  return { ...rig, kept, now: kept.clock.now }
}

const at = (minute: number): Moment => ({ epoch: 1, at: tenAt + minute * minuteMs })
const minutesOf = ({ past }: HandMadeControl, cohort: number) =>
  past.flatMap(rows => (rows.cohort === cohort ? rows.tables.map(table => (table.at - tenAt) / minuteMs) : []))
const markersOf = ({ said }: HandMadeControl) => said.filter(message => message.type === 'history')
const minutes = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
const isThrough = (control: HandMadeControl, through: number) => {
  control.acknowledge()
  return markersOf(control).some(marker => marker.through.at >= through)
}

test('[S5] on return a control gets what it missed, up to the first beat that it stored', async () => {
  const { control, now } = await missing(at(29))
  await control.until(() => isThrough(control, now))
  expect([minutesOf(control, 0), minutesOf(control, 1)]).toEqual([minutes(30, 90), minutes(30, 90)])
  expect(markersOf(control).at(-1)).toEqual({
    type: 'history',
    from: at(119),
    through: { epoch: 1, at: now },
    gap: null,
  })
})

test('[S5] a cut in the middle costs at most the part that was under way', async () => {
  const { control } = await missing(at(0))
  await control.until(() => isThrough(control, at(39).at))
  control.cut()
  // From there on beats are its history: where all but the end had come before the cut, no end comes after it.
  await control.until(() => isThrough(control, at(119).at))
  expect([...new Set(minutesOf(control, 0))].toSorted((a, b) => a - b)).toEqual(minutes(1, 119))
  expect(minutesOf(control, 0).length).toBeLessThanOrEqual(119 + 20)
})

test('[S7] events and beats go before what was missed', async () => {
  const { control, journal, now } = await missing(at(0))
  journal.append(
    Array.from({ length: 500 }, (_, index) => aNote(`${index}`)),
    1,
  )
  await control.until(() => isThrough(control, now))
  const kinds = control.said.map((message: UpMessage) => message.type)
  expect(kinds.lastIndexOf('events')).toBeLessThan(kinds.indexOf('history'))
})

test('nothing of it makes an event, or changes what is shown now', async () => {
  const { control, table, now } = await missing(at(0))
  await control.until(() => isThrough(control, now))
  expect([control.events, control.followers.size, control.followers.get(0)?.table?.slots]).toEqual([[], 1, table.slots])
})

test('[T3] [S5] a clock that is set forward for one beat and back again is noticed: what is kept then comes after that beat', async () => {
  const { control, kept, now } = await missing(at(29))
  kept.clock.now = now + minuteMs
  await control.until(() => isThrough(control, now + minuteMs))
  kept.clock.now = now
  kept.pass(1)
  expect(kept.history().last()).toEqual({ epoch: 2, at: at(120).at })
})
