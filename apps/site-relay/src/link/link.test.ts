import { columns, moveCell, sameTable, type LiveTable } from '@headframe/protocol'
import { expect, onTestFinished, test } from 'vitest'
import { anInfo, aReading, idOf } from '../fleet/builders.ts'
import { aNote, anEnrolment, anOrder, controlOf } from '../store/builders.ts'
import { startHandMadeControl, type HandMadeControl } from './hand-made-control.ts'
import { linking } from './linking.ts'

const textsOf = ({ events }: HandMadeControl) =>
  events.map(event => JSON.parse(JSON.stringify(event.body)).text ?? 'other')
const warm = (table: LiveTable, slot: number, value: number) =>
  moveCell(table, { column: columns.chipTempC, slot, value })
const equalTo =
  (table: LiveTable) =>
  ({ followers }: HandMadeControl) => {
    const told = followers.get(0)?.table
    return told !== undefined && told !== null && sameTable(told, table)
  }

/** Comes back when the relay has handled all that this control told it: it answers in order. */
async function heard(control: HandMadeControl): Promise<void> {
  const isAnswer = ({ type }: { type: string }) => type === 'answer'
  const before = control.said.filter(isAnswer).length
  control.send({ type: 'ask', viewer: 'test', id: 0, ask: { kind: 'sessions', limit: 1 } })
  await control.until(() => control.said.filter(isAnswer).length > before)
}

test('proves its key, greets, and sends a beat as soon as it is welcome', async () => {
  const { control, table, links } = await linking()
  await control.until(() => equalTo(table)(control))
  expect(control.said.map(message => message.type)).toEqual(['prove', 'hello'])
  expect(links.states()).toEqual({ [controlOf(1)]: 'up' })
})

test('the link to a control that was left ends, and no other', async () => {
  const dialled: AbortSignal[] = []
  const { links } = await linking({
    dial: ({ signal }) => {
      dialled.push(signal)
      return { state: () => 'up', why: () => null, redial: () => {} }
    },
  })
  links.follow([anEnrolment(1), anEnrolment(2)])
  const [, first, second] = dialled
  links.follow([anEnrolment(2)])
  expect([first?.aborted, second?.aborted, links.states()]).toEqual([true, false, { [controlOf(2)]: 'up' }])
})

test('[S1] what is not durable is kept, and comes again after a cut; what is durable is forgotten', async () => {
  const { control, journal, acknowledge } = await linking()
  journal.append([aNote('a'), aNote('b')], 1)
  await control.until(() => control.events.length === 2)
  acknowledge()
  expect(journal.count()).toBe(2)
  control.cut()
  await control.until(() => control.events.length === 4)
  expect(textsOf(control)).toEqual(['a', 'b', 'a', 'b'])
  control.acknowledge()
  await heard(control)
  journal.append([aNote('c')], 1)
  await control.until(() => control.events.length === 5)
  acknowledge()
  expect(journal.count()).toBe(1)
})

test('[S2] [S3] through nineteen cuts every event arrives, in order, under its own number', async () => {
  const { control, journal } = await linking()
  for (let n = 0; n < 19; n += 1) {
    journal.append([aNote(`${n}a`), aNote(`${n}b`)], 1)
    const last = journal.head()
    await control.until(() => control.events.some(({ epoch, seq }) => epoch === last.epoch && seq === last.seq))
    if (n % 3 !== 0) control.acknowledge()
    control.cut()
  }
  const seqs = control.events.map(event => event.seq)
  const first = control.events.filter((event, index) => seqs.indexOf(event.seq) === index)
  expect(first.map(event => event.seq)).toEqual(Array.from({ length: 38 }, (_, n) => n + 1))
  expect(textsOf({ ...control, events: first })).toEqual(
    Array.from({ length: 19 }, (_, n) => [`${n}a`, `${n}b`]).flat(),
  )
  expect(new Set(control.events.map(event => `${event.seq} ${JSON.stringify(event.body)}`)).size).toBe(38)
})

test('a change reaches control within a second while somebody watches', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.acknowledge()
  control.send({ type: 'watch', live: true, miners: [], tails: [], view: null })
  const changedAt = performance.now()
  warm(table, 1, 61)
  await control.until(() => equalTo(table)(control))
  expect(performance.now() - changedAt).toBeLessThan(1000)
})

test('what nobody views waits for the beat, and what comes into view is told at once', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.acknowledge()
  const shown = () => control.followers.get(0)?.table?.columns.get(columns.chipTempC.id)
  const watch = (slots: number[]) =>
    control.send({
      type: 'watch',
      live: true,
      miners: [],
      tails: [],
      view: { columns: [], rows: [{ cohort: 0, slots }] },
    })
  watch([1])
  warm(table, 0, 71)
  warm(table, 1, 72)
  await control.until(() => shown()?.[1] === 144)
  expect(shown()?.[0]).not.toBe(142)
  watch([0])
  await control.until(() => shown()?.[0] === 142)
  warm(table, 1, 75)
  warm(table, 0, 75)
  await control.until(() => shown()?.[0] === 150)
  expect(shown()?.[1]).toBe(144)
})

test('[S5] after a cut both sides are equal again, from where control was', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.acknowledge()
  warm(table, 0, 55)
  control.cut()
  await control.until(() => control.connections() === 2 && equalTo(table)(control))
})

test('a control that asks for a keyframe gets one at once', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.acknowledge()
  control.followers.clear()
  control.send({ type: 'keyframe', cohorts: [0] })
  await control.until(() => equalTo(table)(control))
})

test('[S5] a control that knows a later epoch makes the relay jump past it and tell all anew', async () => {
  const { control, journal, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.welcomeWith = { events: { epoch: 50, seq: 9 }, beats: [{ cohort: 0, epoch: 60, seq: 2 }], history: null }
  control.followers.clear()
  control.cut()
  await control.until(() => control.said.some(said => said.type === 'hello' && said.epoch === 61))
  control.welcomeWith = { events: { epoch: 50, seq: 9 }, beats: [], history: null }
  await control.until(() => control.events.some(event => event.epoch === 61 && event.seq === 2))
  await control.until(() => equalTo(table)(control))
  expect(journal.epoch()).toBe(61)
})

test('[C1] a command is passed on, and accepted once it is journaled', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.send({ type: 'command', order: anOrder() })
  await control.until(() => control.said.some(said => said.type === 'accepted'))
  expect(control.said.at(-1)).toEqual({ type: 'accepted', id: anOrder().id })
})

test('a question is answered to the viewer who asked', async () => {
  const { control, table } = await linking()
  await control.until(() => equalTo(table)(control))
  control.send({ type: 'ask', viewer: 'v1', id: 3, ask: { kind: 'reading', miner: idOf(1) } })
  await control.until(() => control.said.some(said => said.type === 'answer'))
  expect(control.said.at(-1)).toEqual({
    type: 'answer',
    viewer: 'v1',
    id: 3,
    answer: { kind: 'reading', reading: null },
  })
})

test('a watched miner is told of at once, and after each reading', async () => {
  const { control, links, table } = await linking({ lastReading: () => aReading({ powerW: 1 }) })
  await control.until(() => equalTo(table)(control))
  control.send({ type: 'watch', live: true, miners: [idOf(1)], tails: [], view: null })
  await control.until(() => links.watched().has(idOf(1)) && control.said.at(-1)?.type === 'detail')
  links.onReading(anInfo(), aReading({ powerW: 2 }))
  links.onReading(anInfo({ id: idOf(2) }), aReading({ powerW: 3 }))
  await control.until(() => control.said.filter(said => said.type === 'detail').length === 2)
  const watts = control.said.flatMap(said => (said.type === 'detail' ? [said.reading.powerW] : []))
  expect(watts).toEqual([1, 2])
})

test('[S7] a control that stops reading costs a bounded amount, and gets the rest when it comes back', async () => {
  const { control, journal, links, table, readFromJournal } = await linking()
  await control.until(() => equalTo(table)(control))
  control.reading = false
  const text = 'x'.repeat(500)
  journal.append(
    Array.from({ length: 6000 }, () => aNote(text)),
    1,
  )
  for (let n = 0; n < 100; n += 1) links.tick()
  // 512 KiB of credit and 256 KiB ahead of it, of 3.6 MB in all.
  expect(readFromJournal()).toBeLessThan(2000)
  control.reading = true
  control.cut()
  await control.until(() => control.events.at(-1)?.seq === 6000)
})

test('two controls are served at once, each from its own place', async () => {
  const { control, links, journal, publicKey } = await linking()
  const second = await startHandMadeControl({ control: controlOf(2), publicKey })
  onTestFinished(() => second.close())
  journal.append([aNote('a'), aNote('b')], 1)
  second.welcomeWith = { events: { epoch: 1, seq: 1 }, beats: [], history: null }
  links.follow([anEnrolment(1, control.url), anEnrolment(2, second.url)])
  await Promise.all([control.until(() => control.events.length === 2), second.until(() => second.events.length === 1)])
  second.cut()
  journal.append([aNote('c')], 1)
  await Promise.all([control.until(() => control.events.length === 3), second.until(() => second.events.length === 3)])
  expect([textsOf(control), textsOf(second)]).toEqual([
    ['a', 'b', 'c'],
    ['b', 'b', 'c'],
  ])
})

test('a control of another name at the same address is told nothing', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { control, links } = await linking({ log: () => (_level, text) => resolve(text) })
  links.follow([anEnrolment(1, control.url), anEnrolment(2, control.url)])
  expect(await promise).toMatch(/^link closed by us: another control answers at this address/)
  expect(control.said.filter(said => said.type === 'prove' && said.relay === anEnrolment(2).relay)).toEqual([])
})
