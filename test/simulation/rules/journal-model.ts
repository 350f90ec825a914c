import { after, type ControlId, type Cursor, type MinerInfo } from '@headframe/protocol'
import { anInfo, idOf } from '../../../apps/site-relay/src/fleet/builders.ts'
import { createAcknowledgements } from '../../../apps/site-relay/src/store/acknowledgements.ts'
import { aNote, anEnrolment, controlOf } from '../../../apps/site-relay/src/store/builders.ts'
import { createControlStore } from '../../../apps/site-relay/src/store/controls.ts'
import { createJournal, type Journal } from '../../../apps/site-relay/src/store/journal.ts'
import { prepareStore } from '../../../apps/site-relay/src/store/open.ts'
import { createRenewal } from '../../../apps/site-relay/src/store/renewal.ts'
import { createWriter, type Writer } from '../../../apps/site-relay/src/store/writer.ts'
import type { Chance } from '../world/chance.ts'
import { Disk } from '../world/disk.ts'

type Violated = (rule: string, text: string) => void

/** What a journal should be, as plain lists. */
interface Should {
  held: readonly (Cursor & { readonly text: string })[]
  epoch: number
  seq: number
  forgotten: Cursor
  readonly ended: Map<number, number>
}

const nothing: Cursor = { epoch: 0, seq: 0 }
const same = (a: Cursor, b: Cursor) => a.epoch === b.epoch && a.seq === b.seq
const show = ({ epoch, seq }: Cursor) => `${epoch}/${seq}`

/**
 * The journal of a relay by itself, with two controls that follow it, on a disk that fills up and a database that is
 * opened anew. Nothing is forgotten that one of them lacks [S1], and who lacks something is told everything anew [S5].
 */
export function tryJournal(chance: Chance, violated: Violated): void {
  /** So many writes, and the disk is full. */
  let room = Infinity
  const before = () => ((room -= 1) < 0 ? 'full' : 'go')
  const disk = new Disk(null, { before, after: () => {} })
  prepareStore(disk, 'journal')
  const controls = createControlStore(disk)
  for (const n of [1, 2]) controls.save(anEnrolment(n))
  const changes: string[] = []
  const should: Should = { held: [], epoch: 0, seq: 0, forgotten: nothing, ended: new Map() }
  const miners = [1, 2, 3].map(n => anInfo({ id: idOf(n) }))
  let opened = open()

  function open() {
    const journal = createJournal(disk)
    const writer: Writer = createWriter({ db: disk, mark: journal.mark, changed: now => changes.push(now) })
    const { write } = writer
    const acknowledgements = createAcknowledgements({ journal, controls, write })
    const renewal = createRenewal({
      journal,
      write,
      miners: () => miners,
      commands: { results: () => [] },
      now: () => 5,
      random: chance.real,
    })
    changes.length = 0
    return { journal, writer, acknowledgements, renewal }
  }

  function append(): void {
    const texts = Array.from({ length: chance.between(1, 4) }, () => `${chance.between(1, 1e6)}`)
    const is = chance.yes(0.2) ? 'full' : 'ok'
    room = is === 'full' ? chance.between(0, texts.length) : Infinity
    const before = changes.length
    const was = opened.writer.disk()
    const written = opened.writer.write(() => opened.journal.append(texts.map(aNote), 1))
    room = Infinity
    if (written !== (is === 'ok'))
      violated('S1', `a disk that is ${is} is said to have ${written ? '' : 'not '}written`)
    if (opened.writer.disk() !== is) violated('S1', `a disk that is ${is} is said to be ${opened.writer.disk()}`)
    const told = changes.slice(before).join()
    if (told !== (was === is ? '' : is)) violated('S1', `a disk that was ${was} and is ${is} is told as '${told}'`)
    if (!written) return
    const added = texts.map((text, index) => ({ epoch: should.epoch, seq: should.seq + index + 1, text }))
    should.held = [...should.held, ...added]
    should.seq += texts.length
  }

  function forget(upTo: Cursor): void {
    if (!after(upTo, should.forgotten)) return
    should.held = should.held.filter(each => after(each, upTo))
    should.forgotten = upTo
  }

  function begin(): void {
    const past = chance.pick([0, should.epoch + chance.between(0, 3)])
    opened.journal.beginEpoch(past, chance.real)
    should.ended.set(should.epoch, should.seq)
    const { epoch } = opened.journal.head()
    if (epoch <= Math.max(should.epoch, past)) violated('S2', `epoch ${epoch} begins after ${should.epoch}`)
    Object.assign(should, { epoch, seq: 0 })
  }

  function acknowledge(): void {
    const places = [1, 2].map(n => {
      const from = controls.cursor(controlOf(n))
      const held = should.held.filter(each => after(each, from))
      const to: Cursor = held.length > 0 && chance.yes(0.7) ? chance.pick(held) : from
      opened.acknowledgements.durable(controlOf(n), to)
      // Nobody has what was not written yet.
      opened.acknowledgements.durable(controlOf(n), { epoch: should.epoch, seq: should.seq + 1 })
      return { n, to, from }
    })
    if (chance.yes(0.2)) {
      room = chance.between(0, 2)
      opened.acknowledgements.flush()
      room = Infinity
    }
    opened.acknowledgements.flush()
    for (const { n, to } of places) {
      const is = controls.cursor(controlOf(n))
      if (!same(is, to)) violated('S1', `control ${n} has ${show(to)}, and ${show(is)} is written down`)
    }
    forget(places.map(({ to }) => to).reduce((a, b) => (after(a, b) ? b : a)))
    opened.writer.write(() => {})
  }

  function look(): void {
    const { journal } = opened
    const from = chance.pick([nothing, should.forgotten, { epoch: should.epoch, seq: chance.between(0, 5) }])
    const limit = chance.pick([1, 3, 1000])
    const wanted = should.held.filter(each => after(each, from)).slice(0, limit)
    const read = journal.read(from, limit)
    const isSame =
      read.length === wanted.length &&
      read.every((event, index) => same(event, wanted[index] ?? nothing) && textOf(event.body) === wanted[index]?.text)
    if (!isSame) violated('S3', `after ${show(from)} there are ${read.map(show).join()} of ${wanted.map(show).join()}`)
    if (journal.count() !== should.held.length)
      violated('S1', `${journal.count()} events are held of ${should.held.length}`)
    if (!same(journal.head(), should)) violated('S2', `the head is ${show(journal.head())} instead of ${show(should)}`)
    if (!same(journal.forgotten(), should.forgotten)) violated('S1', `forgotten up to ${show(journal.forgotten())}`)
    lookBack(journal)
  }

  function lookBack(journal: Journal): void {
    const near = chance.pick([...should.ended.keys(), should.epoch])
    const place = { epoch: Math.max(0, near + chance.pick([-1, 0, 0, 1])), seq: chance.between(0, 6) }
    const last = place.epoch === should.epoch ? should.seq : should.ended.get(place.epoch)
    const is = last !== undefined && place.seq <= last
    if (journal.hasWritten(place) !== is) violated('S2', `${show(place)} was ${is ? '' : 'not '}written`)
  }

  begin()
  const steps = [append, append, append, begin, acknowledge, look, look] as const
  for (let step = 0; step < 60; step += 1) {
    chance.pick(steps)()
    if (chance.yes(0.1)) opened = open()
    if (chance.yes(0.05)) {
      const most = chance.between(0, 8)
      opened.journal.cap(most)
      opened.journal.cap(Math.min(most, opened.journal.count()))
      const excess = should.held[should.held.length - most - 1]
      if (excess) forget({ epoch: excess.epoch, seq: excess.seq })
    }
  }
  look()
  const unknown = controls.cursor(controlOf(9))
  if (!same(unknown, nothing)) violated('S1', `a control that nobody knows has events up to ${show(unknown)}`)
  tryRenewal({ ...opened, controls, miners }, violated)
}

const textOf = (body: unknown): unknown =>
  typeof body === 'object' && body !== null && 'text' in body ? body.text : undefined

interface Known {
  readonly control: Cursor
  /** Epochs of beats that it has. */
  readonly beats?: readonly number[]
  /** The latest of any box. */
  readonly epoch?: number
}

interface Renewing {
  readonly journal: Journal
  readonly renewal: ReturnType<typeof createRenewal>
  readonly controls: { readonly cursor: (control: ControlId) => Cursor }
  readonly miners: readonly MinerInfo[]
}

/** Who can go on does; who cannot is told all miners, and how many there are, in an epoch above all that is known. */
function tryRenewal({ journal, renewal, miners }: Renewing, violated: Violated): void {
  journal.append([aNote('one'), aNote('two')], 1)
  const head = journal.head()
  if (renewal.renewFor(head, [])) violated('S5', 'a control that has all is told everything anew')
  const before = { epoch: head.epoch, seq: head.seq - 1 }
  if (renewal.renewFor(before, [])) violated('S5', 'a control that can go on is told everything anew')
  if (renewal.renewFor({ epoch: 1e15, seq: 1 }, [])) violated('S2', 'an epoch that nobody gets to is followed')

  const renewed = (why: string, { control, beats = [], epoch = 0 }: Known) => {
    const known = Math.max(journal.epoch(), control.epoch, epoch, ...beats)
    const cursors = beats.map(of => ({ cohort: 0, epoch: of, seq: 3 }))
    if (!renewal.renewFor(control, cursors, epoch)) violated('S5', `${why} is not told everything anew`)
    if (journal.epoch() <= known) violated('S2', `${why}: epoch ${journal.epoch()} after ${known}`)
    const told = journal.read({ epoch: journal.epoch(), seq: 0 }, 1000).map(({ body }) => kindOf(body))
    const facts = [...miners.map(() => 'miner'), `inventory ${miners.length}`].join()
    if (told.filter(kind => kind !== 'note').join() !== facts) violated('S5', `${why} is told ${told.join()}`)
  }
  renewed('a control that has more than was written', { control: { epoch: head.epoch, seq: head.seq + 1 } })
  renewed('a control of a later epoch', { control: { epoch: journal.epoch() + 2, seq: 1 } })
  renewed('a control with beats of a later epoch', { control: journal.head(), beats: [journal.epoch() + 1] })
  renewed('a control that knows a later epoch of the other box', {
    control: journal.head(),
    epoch: journal.epoch() + 5,
  })
  const behind = journal.head()
  journal.append([aNote('three'), aNote('four')], 1)
  journal.forget(journal.head())
  renewed('a control that misses what is forgotten', { control: behind })
  const announced = { epoch: journal.epoch(), seq: 1 }
  journal.forget(announced)
  renewed('a control that misses the first of what was told anew', { control: behind })
  if (renewal.renewFor(nothing, [])) violated('S5', 'a new control is told everything anew, which it is told anyway')
  knowsFacts(journal, miners, violated)
}

/** Whether something of the inventory is among what a control takes: a box that stands by tells it again later [S5]. */
function knowsFacts(journal: Journal, miners: readonly MinerInfo[], violated: Violated): void {
  const { epoch, seq } = journal.head()
  const facts = miners.map(miner => ({ type: 'miner' as const, miner }))
  journal.append([aNote('before'), ...facts, aNote('after')], 1)
  const holds = (from: number, to: number) => journal.holdsFacts({ epoch, seq: seq + from }, { epoch, seq: seq + to })
  if (!holds(0, 2) || !holds(facts.length, facts.length + 1)) violated('S5', 'what is told of miners is overlooked')
  if (holds(0, 1) || holds(facts.length + 1, facts.length + 2)) violated('S5', 'a note is taken for a miner')
}

function kindOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('type' in body)) return '?'
  return body.type === 'inventory' && 'miners' in body ? `inventory ${String(body.miners)}` : String(body.type)
}
