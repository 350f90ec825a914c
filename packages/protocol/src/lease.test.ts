import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  answered,
  askedAt,
  askEveryMs,
  give as giveAt,
  letGo,
  lookAt,
  renewEveryMs,
  startGiver,
  startHolder,
  takeOver,
  witness,
  type Giver,
  type Holder,
  type LeaseAnswer,
  type LeaseAsk,
  type WitnessedClock,
} from './lease.ts'

/** The time of day is told apart below. */
const give = (state: Giver, asked: LeaseAsk & { box: string }, now: number) => giveAt(state, asked, { now, wall: 0 })

const asks = (change: Partial<LeaseAsk> & { box?: string } = {}) => ({
  box: 'a',
  release: false,
  run: 1,
  term: 0,
  holds: false,
  ...change,
})
const afterStart = 8200
const given = (term: number, box = 'a'): Giver =>
  give(startGiver(term - 1, 0), asks({ box, term: term - 1 }), afterStart).state

test('[S8] a giver that begins gives to nobody until every older lease is over', () => {
  const begun = startGiver(4, 0)
  expect(give(begun, asks(), 8199).answer).toEqual({ term: null, ttlMs: 1, known: 4 })
  expect(give(begun, asks(), 8200).answer).toEqual({ term: 5, ttlMs: 6000, known: 5 })
})

test('[S8] a giver that begins goes on with the box that says that it holds the lease', () => {
  expect(give(startGiver(4, 0), asks({ holds: true, term: 4 }), 1).answer.term).toBe(4)
  expect(give(startGiver(0, 0), asks({ holds: true, term: 9 }), 1).answer.term).toBe(9)
})

test('[S8] the term rises with each change of holder, and with nothing else', () => {
  const first = given(1)
  expect(give(first, asks({ term: 1, holds: true }), 8000).answer.term).toBe(1)
  expect(give(first, asks({ term: 1, run: 2 }), 8000).answer.term).toBe(1)
  expect(give(first, asks({ box: 'b', term: 1 }), 8000).answer.term).toBeNull()
  expect(give(first, asks({ box: 'b', term: 1 }), 20_000).answer.term).toBe(2)
})

test('[S8] a term is called by the clock, so that a giver restored from a backup gives none again', () => {
  const second = 1_795_000_000
  const at = (state: Giver, wall: number) => giveAt(state, asks({ box: 'b' }), { now: 20_000, wall: wall * 1000 + 999 })
  expect(at(given(1), second).answer.term).toBe(second + 1)
  expect(at(given(1), second + 60).answer.term).toBe(second + 61)
  expect(at(given(second + 9), second).answer.term).toBe(second + 10)
})

test('[S8] a giver restored from a backup learns from a box that it refuses which terms were given since', () => {
  const { state, answer } = give(startGiver(4, 0), asks({ term: 7 }), 100)
  expect(answer).toEqual({ term: null, ttlMs: 8100, known: 7 })
  expect(give(state, asks({ box: 'b', term: 4 }), afterStart).answer.term).toBe(8)
  expect(give(state, asks({ box: 'b', term: 7, holds: true }), 200).answer.term).toBe(7)
})

test('[S8] a lease that is given back is free at once; one of a run before is not', () => {
  const again = give(given(1), asks({ run: 2, term: 1 }), 9000).state
  const late = give(again, asks({ release: true, run: 1, term: 1 }), 9001).state
  expect(give(late, asks({ box: 'b' }), 9002).answer.term).toBeNull()
  const back = give(again, asks({ release: true, run: 2, term: 1 }), 9001).state
  expect(give(back, asks({ box: 'b' }), 9002).answer.term).toBe(2)
})

test('[S8] a box whose runs went back with its database waits until every older lease is over, and then has one', () => {
  const held = give(given(1), asks({ run: 9, term: 1 }), 9000).state
  expect(give(held, asks({ run: 2, term: 1 }), 17_199).answer.term).toBeNull()
  const again = give(held, asks({ run: 2, term: 1 }), 17_200)
  expect([again.answer.term, again.state.run]).toEqual([1, 2])
  expect(give(again.state, asks({ box: 'b' }), 25_399).answer.term).toBeNull()
})

test('[S8] what a person decided is told to the giver, and outranks what it gave before', () => {
  const taken = takeOver(startHolder(1), 2)
  expect(lookAt(taken, { monotonic: 1e9, wall: 0 }).held?.term).toBe(2)
  const { state, answer } = give(given(1), asks({ box: 'b', holds: true, term: 2 }), 8000)
  expect([state.holder, answer.term]).toEqual(['b', 2])
  expect(give(state, asks({ term: 1, holds: true }), 8001).answer).toEqual({ term: null, ttlMs: 8199, known: 2 })
})

test('[S8] a lease counts from when it was asked for, and ends when the machine was suspended', () => {
  const asked = askedAt(startHolder(0), { monotonic: 100, wall: 1000 })
  const holder = answered(asked, 1, { term: 1, ttlMs: 6000, known: 1 })
  const held = (monotonic: number, wall: number) => lookAt(holder, { monotonic, wall }).held !== null
  expect([held(6099, 6999), held(6100, 7000), held(200, 1600), held(200, 1601)]).toEqual([true, false, true, false])
})

test('[S8] a refusal ends the lease, unless it is older than the lease', () => {
  const two = askedAt(askedAt(startHolder(0), { monotonic: 0, wall: 0 }), { monotonic: 1, wall: 1 })
  const held = answered(two, 2, { term: 1, ttlMs: 6000, known: 1 })
  const no: LeaseAnswer = { term: null, ttlMs: 0, known: 1 }
  expect(answered(held, 1, no).held?.term).toBe(1)
  const third = askedAt(held, { monotonic: 2, wall: 2 })
  expect([answered(third, 3, no).held, letGo(third).held]).toEqual([null, null])
  expect(answered(letGo(third), 3, { term: 1, ttlMs: 6000, known: 1 }).held).toBeNull()
})

test('a witnessed clock counts what passes between two requests, and no jump', () => {
  const first = witness(null, 1_000_000)
  const second = witness(first, 1_001_000)
  expect([first.now, second.now, witness(second, 5_000_000).now, witness(second, 0).now]).toEqual([0, 1000, 2500, 1000])
})

/** A box, with clocks of its own. */
interface Box {
  readonly name: string
  readonly rate: number
  holder: Holder
  runs: number
  starts: number
  /** Real time until which it does nothing. */
  pausedUntil: number
  cutUntil: number
  /** How long its monotonic clock stood still. */
  sleptMs: number
  askDueAt: number
}

const stepMs = 50
const storyMs = 90_000
const moment = fc.nat(storyMs)
const rate = fc.double({ min: 0.99, max: 1.01, noNaN: true })
const delay = fc.oneof({ weight: 6, arbitrary: fc.nat(80) }, { weight: 2, arbitrary: fc.nat(3000) }, fc.nat(20_000))
const mishap = fc.oneof(
  fc.record({ kind: fc.constant('pause' as const), at: moment, box: fc.nat(1), ms: fc.nat(30_000) }),
  fc.record({ kind: fc.constant('suspend' as const), at: moment, box: fc.nat(1), ms: fc.nat(30_000) }),
  fc.record({ kind: fc.constant('cut' as const), at: moment, box: fc.nat(1), ms: fc.nat(30_000) }),
  fc.record({
    kind: fc.constant('restart' as const),
    at: moment,
    box: fc.nat(1),
    releases: fc.boolean(),
    back: fc.nat(3),
  }),
  fc.record({ kind: fc.constant('giver' as const), at: moment, wiped: fc.boolean() }),
)
const story = fc.record({
  rates: fc.tuple(rate, rate, rate),
  /** Of the messages, in turn; -1 for one that is lost. */
  delays: fc.array(fc.oneof({ weight: 5, arbitrary: delay }, fc.constant(-1)), { minLength: 1, maxLength: 60 }),
  mishaps: fc.array(mishap, { maxLength: 14 }),
  /** The giver's wall clock is set once. */
  jump: fc.record({ at: moment, ms: fc.integer({ min: -3_600_000, max: 3_600_000 }) }),
})
type Story = typeof story extends fc.Arbitrary<infer T> ? T : never

/** Tells a story and gives, for each moment, who holds the lease: by its own clocks, whether it is paused or not. */
function tell({ rates, delays, mishaps, jump }: Story, clock: 'monotonic' | 'wall'): (readonly string[])[] {
  let now = 0
  let sent = 0
  let mail: { readonly at: number; readonly of: string; readonly isRequest: boolean; readonly deliver: () => void }[] =
    []
  const boxes = ['a', 'b'].map((name, index): Box => {
    const zero = { pausedUntil: 0, cutUntil: 0, sleptMs: 0, askDueAt: 0 }
    return { name, rate: rates[index]!, holder: startHolder(0), runs: 1, starts: 1, ...zero }
  })
  const timeOf = ({ rate, sleptMs }: Box) => ({ monotonic: now * rate - sleptMs, wall: 1e12 + now * rate })
  let witnessed: WitnessedClock | null = null
  const giverNow = () => {
    const wall = 1e12 + now * rates[2] + (now >= jump.at ? jump.ms : 0)
    if (clock === 'monotonic') return now * rates[2]
    return (witnessed = witness(witnessed, wall)).now
  }
  let giver = startGiver(0, giverNow())

  const post = (box: Box, isRequest: boolean, deliver: () => void) => {
    const ms = delays[sent++ % delays.length]!
    if (ms >= 0 && now >= box.cutUntil) mail.push({ at: now + ms, of: box.name, isRequest, deliver })
  }
  const ask = (box: Box, release: boolean) => {
    const { held, known, nextId: id } = box.holder
    const asked = { box: box.name, run: box.runs, release, term: known, holds: held !== null }
    const { starts } = box
    box.holder = askedAt(box.holder, timeOf(box))
    post(box, true, () => {
      const { state, answer } = give(giver, asked, giverNow())
      giver = state
      post(box, false, () => {
        if (box.starts === starts) box.holder = answered(box.holder, id, answer)
      })
    })
  }
  const happen = (what: Story['mishaps'][number]) => {
    if (what.kind === 'giver') {
      witnessed = null
      mail = mail.filter(each => !each.isRequest)
      giver = startGiver(what.wiped ? 0 : giver.term, giverNow())
      return
    }
    const box = boxes[what.box]!
    if (what.kind === 'cut') box.cutUntil = now + what.ms
    else if (what.kind === 'restart') {
      const { known } = box.holder
      if (what.releases) {
        ask(box, true)
        box.holder = letGo(box.holder)
      }
      box.holder = startHolder(known)
      box.starts += 1
      box.runs = Math.max(1, box.runs + 1 - what.back)
      // Until an older copy of its database is in place, nothing of before is under way any more.
      if (what.back > 0) mail = mail.filter(each => each.of !== box.name)
    } else box.pausedUntil = now + what.ms
    if (what.kind === 'suspend') box.sleptMs += what.ms
  }
  const act = (box: Box) => {
    if (now < box.pausedUntil) return
    box.holder = lookAt(box.holder, timeOf(box))
    if (now < box.askDueAt) return
    box.askDueAt = now + (box.holder.held ? renewEveryMs : askEveryMs)
    ask(box, false)
  }
  const moments: (readonly string[])[] = []
  for (; now < storyMs; now += stepMs) {
    for (const what of mishaps) if (what.at >= now && what.at < now + stepMs) happen(what)
    const due = mail.filter(each => each.at <= now)
    mail = mail.filter(each => each.at > now)
    for (const each of due) each.deliver()
    for (const box of boxes) act(box)
    moments.push(boxes.filter(box => lookAt(box.holder, timeOf(box)).held !== null).map(box => box.name))
  }
  return moments
}

test.each(['monotonic', 'wall'] as const)(
  '[S8] never two boxes hold the lease at one moment, whatever happens: a giver with a %s clock',
  clock => {
    fc.assert(
      fc.property(story, told => tell(told, clock).every(holders => holders.length < 2)),
      { numRuns: 400 },
    )
  },
)

test('[S8] when all goes well one box holds the lease all the time, and the other has it 10 s after that one stops', () => {
  const quiet: Story = { rates: [1, 1, 1], delays: [5], mishaps: [], jump: { at: 0, ms: 0 } }
  const calm = tell(quiet, 'wall')
  expect(new Set(calm.slice(10_000 / stepMs).map(holders => holders.join()))).toEqual(new Set(['a']))
  const stops = tell({ ...quiet, mishaps: [{ kind: 'pause', at: 40_000, box: 0, ms: 50_000 }] }, 'wall')
  expect(stops[50_000 / stepMs]).toEqual(['b'])
})

test.each(['monotonic', 'wall'] as const)(
  '[S8] the margin covers clocks that are 1 percent wrong, a box that slept and a giver whose clock was set, all at once: a %s clock',
  clock => {
    const cuts = Array.from({ length: 40 }, (_, index) => 40_000 + index * 50)
    const held = cuts.flatMap(at =>
      tell(
        {
          rates: [0.99, 1, 1.01],
          delays: [1],
          mishaps: [
            { kind: 'cut', at, box: 0, ms: 40_000 },
            { kind: 'suspend', at: at + 50, box: 0, ms: 490 },
          ],
          jump: { at: at + 100, ms: 3_600_000 },
        },
        clock,
      ),
    )
    expect(Math.max(...held.map(holders => holders.length))).toBe(1)
    expect(held.filter(holders => holders[0] === 'b').length).toBeGreaterThan(cuts.length * 100)
  },
)
