import { give, startGiver, witness, type Giver, type LeaseAsk, type WitnessedClock } from '@headframe/protocol'
import { createKeeper, type Keeper } from '../../../apps/site-relay/src/lease/keeper.ts'
import { createLeaseStore, type LeaseStore } from '../../../apps/site-relay/src/store/lease.ts'
import { prepareStore } from '../../../apps/site-relay/src/store/open.ts'
import { noFaults } from '../site.ts'
import type { Chance } from '../world/chance.ts'
import { Disk } from '../world/disk.ts'

/** A box of a story: its clock runs at a rate of its own. */
interface Box {
  readonly name: string
  readonly rate: number
  readonly store: LeaseStore
  runs: number
  startedAt: number
  keeper: Keeper
  /** True time until which it does nothing, or is not heard. */
  stoppedUntil: number
  cutUntil: number
  diskFails: boolean
  /** A control took it away from its relay. */
  removed: boolean
  /** What it was last found to hold. */
  held: number | null
  /** Since it was last looked at: it said that this changed, and it heard an answer. */
  changed: boolean
  heard: boolean
  lastId: number
  askedAt: number
  /** It leaves its turn to the other until then: its disk did not take a term, or it gave the lease back. */
  leavesUntil: number
}

type Violated = (rule: string, text: string) => void

interface Post {
  readonly at: number
  readonly deliver: () => void
}

const stepMs = 50
const wallAt = 1_790_000_000_000

/**
 * Two boxes and a giver, with clocks that differ, messages that are late or lost, and boxes that stop, fall and come
 * back. Never do two hold the lease [S8]; once all is well one does, without a break, and another soon after it ends.
 */
export function tryLease(chance: Chance, violated: Violated): void {
  let now = 0
  let post: Post[] = []
  let giver: Giver = startGiver(0, 0)
  let clock: WitnessedClock | null = null
  let giverJump = 0
  let calm = false
  let away = false
  const holders = new Map<number, string>()
  const boxes: Box[] = ['a', 'b'].map(createStoryBox)

  function createStoryBox(name: string): Box {
    const disk = new Disk(null, noFaults)
    prepareStore(disk, name)
    const box: Omit<Box, 'keeper'> = {
      name,
      rate: 1 + chance.between(-10, 10) / 1000,
      store: createLeaseStore(disk),
      runs: 0,
      startedAt: 0,
      stoppedUntil: 0,
      cutUntil: 0,
      diskFails: false,
      removed: false,
      held: null,
      changed: false,
      heard: false,
      lastId: 0,
      askedAt: 0,
      leavesUntil: 0,
    }
    return Object.assign(box, { keeper: keeperOf(box) })
  }

  function keeperOf(box: Omit<Box, 'keeper'>): Keeper {
    box.runs += 1
    Object.assign(box, { startedAt: now, held: null, changed: false, heard: false, lastId: 0, askedAt: now })
    const run = box.runs
    const own = () => boxes.find(({ name }) => name === box.name)
    const keeper = createKeeper({
      world: { now: () => wallAt + now, monotonic: () => (now - box.startedAt) * box.rate },
      store: box.store,
      write: write => {
        if (!box.diskFails) write()
        else Object.assign(own() ?? box, { leavesUntil: now + 11_000 })
        return !box.diskFails
      },
      run,
      ready: () => true,
      removed: () => own()?.removed ?? false,
      overrule: () => void Object.assign(own() ?? box, { removed: false }),
      ask: (id, asked) => {
        if (id <= box.lastId) violated('S8', `${box.name} asks as ${id} after it did as ${box.lastId}`)
        Object.assign(own() ?? box, { lastId: id, askedAt: now })
        send(box, () => answer(box, run, { id, asked }))
      },
      changed: () => {
        const mine = own()
        if (mine) mine.changed = true
      },
    })
    return keeper
  }

  /** Something crosses the line of a box, sooner or later, or not at all. */
  function send({ cutUntil }: Pick<Box, 'cutUntil'>, deliver: () => void): void {
    if (away || (!calm && (now < cutUntil || chance.yes(0.05)))) return
    const ms = calm ? 10 : chance.between(1, chance.pick([80, 80, 80, 3000, 20_000]))
    post.push({ at: now + ms, deliver })
  }

  function answer(box: Omit<Box, 'keeper'>, run: number, { id, asked }: { id: number; asked: LeaseAsk }): void {
    const wall = wallAt + now + giverJump
    clock = witness(clock, wall)
    const given = give(giver, { ...asked, box: box.name }, { now: clock.now, wall })
    giver = given.state
    const { term } = given.answer
    if (term !== null) {
      const before = holders.get(term) ?? box.name
      if (before !== box.name) violated('S8', `term ${term} is given to ${before} and to ${box.name}`)
      holders.set(term, box.name)
    }
    send(box, () => {
      const mine = boxes.find(({ name }) => name === box.name)
      if (!mine || mine.runs !== run || now < mine.stoppedUntil) return
      mine.heard = true
      mine.keeper.hear(id, given.answer)
    })
  }

  function look(): void {
    const holding = boxes.filter(box => now >= box.stoppedUntil && box.keeper.term() !== null)
    if (holding.length > 1) violated('S8', 'two boxes hold the lease')
    for (const box of boxes) {
      if (now < box.stoppedUntil) continue
      const term = box.keeper.term()
      lookAt(box, term)
    }
  }

  function lookAt(box: Box, term: number | null): void {
    const { name, held, changed, heard, store } = box
    if (term !== held && !changed) violated('S8', `${name} holds ${term} instead of ${held}, and did not say so`)
    if (term === held && changed && !heard) violated('S8', `${name} says that its lease changed, and it did not`)
    if (term !== null && term !== held && store.read().term < term)
      violated('S8', `${name} holds a term that is not on disk`)
    if (now - Math.max(box.askedAt, box.stoppedUntil, box.leavesUntil) > 2150)
      violated('S8', `${name} has not asked for ${now - box.askedAt} ms`)
    Object.assign(box, { held: term, changed: false, heard: false })
  }

  function step(): void {
    now += stepMs
    const due = post.filter(({ at }) => at <= now)
    post = post.filter(({ at }) => at > now)
    for (const { deliver } of due) deliver()
    for (const box of boxes) if (now >= box.stoppedUntil) box.keeper.tick()
    look()
  }

  function mishap(): void {
    const box = chance.pick(boxes)
    const ms = chance.between(100, chance.pick([2000, 20_000]))
    chance.pick([
      () => (box.stoppedUntil = now + ms),
      () => (box.cutUntil = now + ms),
      () => (giverJump += chance.pick([-1, 1]) * ms * 100),
      () => (box.diskFails = !box.diskFails),
      () => {
        if (chance.yes(0.5)) box.keeper.release()
        box.keeper = keeperOf(box)
      },
      () => {
        // Its connections end with it.
        post = []
        clock = null
        giver = startGiver(giver.term, 0)
      },
    ])()
  }

  for (let steps = 0; steps < 500; steps += 1) {
    if (chance.yes(0.03)) mishap()
    step()
  }
  calm = true
  for (const box of boxes) Object.assign(box, { stoppedUntil: 0, cutUntil: 0, diskFails: false })
  const pass = (ms: number) => {
    for (const until = now + ms; now < until;) step()
  }
  const holder = () => boxes.find(box => box.keeper.term() !== null) ?? null
  pass(30_000)
  const held = holder()
  if (!held) return violated('S8', 'nobody holds the lease, and all is well')
  const term = held.keeper.term()
  pass(20_000)
  if (holder() !== held || held.keeper.term() !== term) violated('S8', 'the lease changes, and all is well')
  held.stoppedUntil = Infinity
  pass(10_000)
  if (!holder()) violated('S8', 'nobody takes over within 10 s')
  held.stoppedUntil = 0
  pass(100)
  if (held.keeper.term() !== null) violated('S8', 'a box that was stopped holds what another has taken')
  const next = holder()
  next?.keeper.release()
  if (!next || next.keeper.term() !== null) violated('S8', 'a box that gave the lease back holds it')
  if (next) Object.assign(next, { stoppedUntil: Infinity, leavesUntil: now + 11_000 })
  pass(1200)
  if (!held.keeper.term()) violated('S8', 'a lease that was given back is not free at once')
  held.keeper = keeperOf(held)
  pass(300)
  if (!held.keeper.term()) violated('S8', 'a box that starts again waits for what is its own')
  tryClaim(giver, violated)
  ignoresWord({ boxes, pass, wall: () => wallAt + now }, violated)
  const told = { box: held, pass, terms: holders, away: (isAway: boolean) => void (away = isAway) }
  obeysPerson(told, violated)
  asksFirst(told, violated)
}

/** A giver does not believe a box that says that it holds what another was given. */
function tryClaim(giver: Giver, violated: Violated): void {
  const asked = { run: 1, release: false, term: giver.term, holds: true }
  const { answer } = give(giver, { ...asked, box: 'c' }, { now: giver.until - 1, wall: 0 })
  if (answer.term !== null) violated('S8', 'a box that holds nothing is believed that it does')
}

interface Heard {
  readonly boxes: readonly Box[]
  readonly pass: (ms: number) => void
  readonly wall: () => number
}

/** While a giver answers, it knows better than a person who believes that the other box is off. */
function ignoresWord({ boxes, pass, wall }: Heard, violated: Violated): void {
  for (const box of boxes) box.stoppedUntil = 0
  pass(10_000)
  const standby = boxes.find(({ keeper }) => keeper.term() === null)
  if (!standby) return violated('S8', 'both boxes hold the lease')
  standby.store.takeOver(wall())
  pass(15_000)
  if (standby.keeper.term() !== null) violated('S8', "a person's word counts while a giver answers")
  if (standby.store.read().own !== null) violated('S8', "a person's word is kept though a giver answered")
  standby.stoppedUntil = Infinity
}

interface Told {
  readonly box: Box
  readonly pass: (ms: number) => void
  /** Those that were given. */
  readonly terms: ReadonlyMap<number, string>
  readonly away: (isAway: boolean) => void
}

/** Without a giver a box acts when a person says so, under a term that nobody had; until a giver is there again. */
function obeysPerson({ box, pass, terms, away }: Told, violated: Violated): void {
  away(true)
  pass(10_000)
  if (box.keeper.term() !== null) violated('S8', 'a box holds the lease, and nobody gives it')
  box.store.takeOver(Math.max(...terms.keys()) * 1000)
  pass(1000)
  const term = box.keeper.term() ?? 0
  if (term < Math.max(...terms.keys()) + 50) violated('S8', `a person's word counts as term ${term}`)
  pass(30_000)
  if (box.keeper.term() !== term) violated('S8', "a person's word is forgotten")
  if (box.store.read().own !== term) violated('S8', "a person's word is not on disk")
  away(false)
  pass(5000)
  if (box.keeper.term() !== term) violated('S8', 'a giver does not go on with what a person decided')
  if (box.store.read().own !== null) violated('S8', "a person's word outlives the answer of a giver")
}

/** A box that was not to ask does so before it acts by a person's word: a giver that came back meanwhile is heard. */
function asksFirst({ box, pass, terms, away }: Told, violated: Violated): void {
  away(true)
  pass(3000)
  Object.assign(box, { removed: true, askedAt: Infinity })
  pass(30_000)
  if (box.keeper.term() !== null) violated('S8', 'a box that was taken away holds the lease')
  box.store.takeOver(Math.max(...terms.keys()) * 1000)
  pass(50)
  if (box.keeper.term() !== null) violated('S8', "a person's word counts before a giver was asked")
  away(false)
}
