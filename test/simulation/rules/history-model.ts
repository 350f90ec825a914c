import { columns, copyTable, isLater, readCell, type LiveTable, type Moment } from '@headframe/protocol'
import { keeping, tenAt, type Keeping } from '../../../apps/site-relay/src/history/builders.ts'
import { minuteMs } from '../../../apps/site-relay/src/history/history.ts'
import { HistoryError } from '../../../apps/site-relay/src/history/files.ts'
import { createMemoryFiles } from '../../../apps/site-relay/src/history/memory-files.ts'
import { readHistory } from '../../../apps/site-relay/src/history/read-history.ts'
import { connect, farEnd, keyOf, type FarEnd } from '../../../apps/site-relay/src/link/far-end.ts'
import type { Chance } from '../world/chance.ts'

type Violated = (rule: string, text: string) => void

interface Story {
  readonly kept: Keeping
  readonly far: FarEnd
  /** As it was when it was kept, by epoch, minute and cohort. */
  readonly was: Map<string, { readonly moment: Moment; readonly heat: number | null }>
  /** Of what was kept some may be gone, to make room. */
  mayForget: boolean
  /** What becomes of the next write. */
  next: 'go' | 'full' | 'unwritable'
  /** The disk cannot be read now. */
  isBlind: boolean
  readonly chance: Chance
  readonly violated: Violated
}

const cohorts = [0, 1]
const minuteOf = (at: number) => Math.floor(at / minuteMs)
const heatOf = (table: LiveTable) => readCell(table, columns.chipTempC, 0)

/**
 * The history of a relay by itself, and a control that follows it over links that end: through starts, clocks that are
 * set, and disks that are full. What was kept stays as it was [T3], and comes once, or lies in a gap that is marked [S5].
 */
export function tryHistory(chance: Chance, violated: Violated): void {
  const maxBytes = chance.pick([5000, 2 ** 30])
  const files = createMemoryFiles()
  const { write } = files
  const refusing: typeof write = (name, from, bytes) => {
    const { next } = story
    story.next = 'go'
    if (next !== 'go') throw new HistoryError(next, `${name}: simulated`)
    write(name, from, bytes)
  }
  const { read } = files
  const blind: typeof read = (name, from, bytes) => {
    if (story.isBlind) throw new HistoryError('unwritable', `${name}: simulated`)
    return read(name, from, bytes)
  }
  const kept = keeping({ maxBytes }, Object.assign(files, { write: refusing, read: blind }))
  const far = farEnd({ epoch: 1, at: tenAt })
  const mayForget = maxBytes < 2 ** 30
  const story: Story = { kept, far, was: new Map(), mayForget, next: 'go', isBlind: false, chance, violated }
  kept.pass(1)
  remember(story)
  const steps = [pass, pass, restart, jump, slip, fill, refuse, refuse, tear, cut, link] as const
  jump(story)
  jump(story)
  for (let step = 0; step < 14; step += 1) {
    chance.pick(steps)(story)
    remember(story)
  }
  kept.pass(2)
  remember(story)
  cannotRead(story)
  compare(story)
  setsClock(violated)
}

/** What cannot be read now is asked for again, and nothing falls over it. */
function cannotRead(story: Story): void {
  const { kept, far } = story
  const before = far.rows.size
  story.isBlind = true
  connect(kept, far).catchUp(5)
  story.isBlind = false
  if (far.rows.size > before) story.violated('S5', 'rows come from a disk that cannot be read')
  remember(story)
}

/** A clock that was set begins a segment, however little: one clock wrote all of it. Within a minute no moment is there twice. */
function setsClock(violated: Violated): void {
  for (const ms of [minuteMs, -20_000]) {
    const { disk, clock, pass } = keeping()
    pass(2)
    clock.now += ms
    pass(2)
    if (disk.list().length !== 2) violated('T3', `a clock that was set leaves ${disk.list().length} segments`)
    if (clock.epoch !== 1) violated('T3', 'a clock that was set to no earlier minute begins an epoch')
  }
}

/** A minute is kept of every minute, and no other. */
function pass({ kept, chance, mayForget, violated }: Story): void {
  kept.pass(1)
  const before = momentsOf(kept)
  const minutes = chance.between(1, 25)
  kept.pass(minutes)
  const [last] = before.slice(-1)
  const [first] = momentsOf(kept)
  const now = momentsOf(kept).filter(moment => !last || isLater(moment, last))
  const gaveWay = mayForget && first && last && isLater(first, last)
  if (now.length !== minutes && !gaveWay) violated('S5', `${now.length} minutes of ${minutes} are kept`)
  if (kept.history().trouble() !== null) violated('S5', `a disk with room is in trouble: ${kept.history().trouble()}`)
}

const restart = ({ kept, chance }: Story) => kept.restart(chance.between(0, 40) * minuteMs)

/** A clock that was set begins a segment. */
function jump({ kept, chance, mayForget, violated }: Story): void {
  kept.pass(2)
  const before = kept.disk.list().length
  kept.clock.now += chance.pick([-1, 1]) * chance.between(1, chance.pick([4, 70])) * minuteMs
  kept.pass(2)
  if (!mayForget && kept.disk.list().length <= before) violated('T3', 'a clock that was set begins no segment')
}

/** Within a minute, and forward, moments go on as they were. */
function slip({ kept, chance, violated }: Story): void {
  kept.pass(1)
  const { now, epoch } = kept.clock
  kept.clock.now += chance.between(-150, 150) * 1000
  const isBack = minuteOf(kept.clock.now + 10_000) < minuteOf(now)
  kept.pass(1)
  if (!isBack && kept.clock.epoch !== epoch) violated('T3', 'a clock that was set forward begins an epoch')
}

/** A write fails once: on a full disk the oldest gives way, and on one that is broken nothing does. */
function refuse(story: Story): void {
  const { kept, chance, violated } = story
  kept.pass(1)
  const before = kept.history().shelf()?.held() ?? []
  const count = momentsOf(kept).length
  story.next = chance.pick(['full', 'unwritable'])
  story.mayForget ||= story.next === 'full'
  const keeps = story.next === 'full' && before.length > 1
  const stays = story.next === 'unwritable' ? before[0] : undefined
  kept.pass(1)
  if ((kept.history().trouble() === null) !== keeps)
    violated('S5', `after a write that failed: ${kept.history().trouble()}`)
  if (!keeps && momentsOf(kept).length > count) violated('S5', 'a minute is kept that could not be written')
  const isThere = kept
    .history()
    .shelf()
    ?.held()
    .some(({ first }) => stays && show(first) === show(stays.first))
  if (stays && !isThere) violated('S5', 'a broken disk costs what it held')
}

/** While the disk is full nothing is kept, and it says so; then it goes on. */
function fill(story: Story): void {
  const { kept, chance, violated } = story
  story.mayForget = true
  kept.pass(1)
  const before = momentsOf(kept).length
  const used = kept.disk.list().reduce((sum, file) => sum + file.bytes, 0)
  kept.disk.capacityBytes = chance.pick([0, used + 20])
  kept.pass(chance.between(2, 10))
  const isFull = kept.disk.capacityBytes === 0
  if (isFull && momentsOf(kept).length > before) violated('S5', 'a full disk keeps minutes')
  if (isFull && kept.history().trouble() === null) violated('S5', 'a full disk is no trouble')
  kept.disk.capacityBytes = Infinity
  kept.pass(2)
  if (kept.history().trouble() !== null) violated('S5', 'a disk with room again is in trouble')
}

/** Power goes in the middle of a write. */
function tear({ kept, chance }: Story): void {
  const open = [...kept.disk.files].find(([name]) => name.endsWith('.open'))
  if (open) kept.disk.files.set(open[0], Uint8Array.from([...open[1], 0, 0, chance.between(0, 255)]))
  kept.restart(chance.between(0, 3) * minuteMs)
}

const cut = ({ kept, far, chance }: Story) => connect(kept, far, { messages: chance.between(0, 9) }).catchUp(5)

/** On a link that lasts everything comes once, and is said to be there when it is. */
function link({ kept, far, chance, violated }: Story): void {
  const times = new Map([...far.rows].map(([key, row]) => [key, row.times]))
  const { catchUp, backfill } = connect(kept, far, { arriving: 1 })
  for (let minutes = chance.between(1, 4); minutes > 0; minutes -= 1) {
    catchUp(60)
    const said = backfill.reached()
    if (said && (!far.history || isLater({ ...said, at: said.at - minuteMs }, far.history)))
      violated(
        'S1',
        `a control is said to have history up to ${show(said)}, and has ${far.history && show(far.history)}`,
      )
  }
  const twice = [...far.rows].find(([key, row]) => row.times > (times.get(key) ?? 0) + 1)
  if (twice) violated('S2', `on one link ${twice[0]} comes ${twice[1].times} times`)
}

function momentsOf(kept: Keeping): Moment[] {
  const shelf = kept.history().shelf()
  return (shelf?.held() ?? []).flatMap(segment =>
    (shelf?.minutes(segment) ?? []).map(({ at }) => ({ epoch: segment.first.epoch, at })),
  )
}

/** Read apart from the code that sends. */
function remember({ kept, was, violated }: Story): void {
  const shelf = kept.history().shelf()
  if (!shelf) return violated('S5', 'a disk that can be read is not read')
  for (const { first, last } of shelf.held()) {
    for (const cohort of cohorts) {
      for (const { epoch, at, table } of readHistory(shelf, { cohort, from: first, through: last })) {
        const moment = { epoch, at }
        const key = keyOf(moment, cohort)
        const heat = heatOf(copyTable(table))
        const before = was.get(key)
        if (before && before.heat !== heat) violated('T3', `${key} was ${before.heat} and is ${heat}`)
        was.set(key, { moment, heat })
      }
    }
  }
}

/** Once all is well, what was kept is there. */
function compare({ kept, far, was, mayForget, violated }: Story): void {
  const { catchUp, backfill } = connect(kept, far)
  catchUp(400)
  const isMarked = (moment: Moment) =>
    [...far.gaps, ...far.steps].some(({ from, through }) => isLater(moment, from) && !isLater(moment, through))
  for (const [key, { moment, heat }] of was) {
    const row = far.rows.get(key)
    if (row && heatOf(row.table) !== heat) violated('S5', `${key} was ${heat} and comes as ${heatOf(row.table)}`)
    if (!row && isLater(moment, { epoch: 1, at: tenAt }) && !isMarked(moment))
      violated('S5', `${key} was kept, and neither comes nor is marked`)
  }
  const there = new Set(momentsOf(kept).map(show))
  const gone = [...was.values()].find(({ moment }) => !there.has(show(moment)))
  if (gone && !mayForget) violated('S5', `${show(gone.moment)} was kept, and is gone`)
  const strange = [...far.rows.keys()].find(key => !was.has(key))
  if (strange !== undefined) violated('S5', `${strange} comes, and was never kept`)
  const [is, should, said] = [far.history, far.run?.through ?? null, backfill.reached()]
  if (!is || !should || show(is) !== show(should)) violated('S5', 'history does not join the beats')
  if (!is || !said || show(said) !== show(is)) violated('S5', 'a control that has all is not said to')
}

const show = ({ epoch, at }: Moment) => `${epoch}/${(at - tenAt) / minuteMs}`
