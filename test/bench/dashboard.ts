import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { columns, type LiveView } from '@headframe/protocol'
import { loadKeys } from '../../apps/site-relay/src/keys/keys.ts'
import { setUp, type SignedIn } from '../harness/control-api.ts'
import { startControlFront, type ControlFront } from '../harness/control-front.ts'
import { openDashboard } from '../harness/dashboard-client.ts'
import { createLargeMine, markedCell, type LargeMine } from '../harness/large-mine.ts'
import { freePort, scratchFolder } from '../harness/processes.ts'
import { enrolDouble, startRelayDouble } from '../harness/relay-double.ts'
import { measurePage } from './dashboard/page.ts'
import { signInPeople } from './dashboard/people.ts'
import { startProbe, type Probe } from './dashboard/probe.ts'
import type { Shown } from './dashboard/viewer-messages.ts'
import { startViewers, type ViewerProcesses } from './dashboard/viewer-processes.ts'
import type { Bench, Lab } from './lab.ts'
import { rssMb } from './memory.ts'
import { useOf } from './poll/process-use.ts'
import { quantile, rounded } from './quantile.ts'

const viewerCount = 1000
const processes = 2
const people = 10
/** Each miner is read once in it, and a beat falls into it. */
const steadyMs = 60_000
const pollsPerSecond = (miners: number) => Math.ceil(miners / 60)
const targetMs = 1000

export const dashboard: Bench = {
  about: '1,000 dashboards on one site of 50,000 miners: copies, changes, memory and bytes',
  async run(lab, { miners = 50_000 }) {
    const scratch = await lab.use(scratchFolder())
    const front = await lab.use(startControlFront(join(scratch.path, 'control'), await freePort()))
    const owner = await setUp(front.url, front.setupCode)
    const keys = loadKeys(join(scratch.path, 'keys'), 'bench')
    const enrolled = await enrolDouble(owner, keys)
    const mine = createLargeMine(miners, Math.random)
    mine.poll(miners, Date.now())
    const relay = await lab.use(startRelayDouble({ enrolled, url: front.url, keys, mine }))
    const told = await until(relay.told)
    lab.say(`${miners} miners told in ${rounded(told)} ms`)
    const cookies = await signInPeople(owner, people)
    const probe = await lab.use(startProbe(await lab.use(openDashboard(owner.api, owner.site))))
    const before = rssMb(front.pids()[1])
    const first = await firstCopy(owner)
    const polling = await lab.use(pollMine(mine, miners))
    const viewers = await lab.use(startViewers(processes))
    lab.say('a page in Chromium')
    const page = await measurePage(lab, owner)
    lab.say('opening the dashboards')
    const copies = await copyAll(viewers, { front, owner, cookies, probe })
    lab.say('all have their copy; a minute of everything')
    const everything = await steadyMinute(lab, { viewers, polling, probe, front })
    viewers.tell({ kind: 'view', relay: enrolled.relay, views: screens() })
    lab.say('a minute of what is on screens')
    await sleep(2000)
    await discard(viewers)
    const viewed = await steadyMinute(lab, { viewers, polling, probe, front })
    const memory = { beforeMb: rounded(before), frontMb: rounded(rssMb(front.pids()[0])) }
    return {
      miners,
      dashboards: viewerCount,
      targetMs,
      firstCopyMs: first,
      page,
      copies,
      everything,
      viewed,
      workerd: memory,
    }
  },
}

async function until(test: () => boolean): Promise<number> {
  const startedAt = performance.now()
  while (!test()) await sleep(20)
  return performance.now() - startedAt
}

/** The first makes all pieces, the second finds them made. */
async function firstCopy({ api, site }: SignedIn) {
  const times: number[] = []
  for (let round = 0; round < 2; round++) {
    const startedAt = performance.now()
    using client = await openDashboard(api, site)
    await client.until('a copy', () => client.heard.some(({ type }) => type === 'commands'))
    times.push(rounded(performance.now() - startedAt))
  }
  return { cold: times[0], warm: times[1] }
}

interface Crowd {
  readonly front: ControlFront
  readonly owner: SignedIn
  readonly cookies: readonly string[]
  readonly probe: Probe
}

async function copyAll(viewers: ViewerProcesses, { front, owner, cookies, probe }: Crowd) {
  probe.take()
  const cpu = cpuMeter(front, { viewers })
  const heard = viewers.hear('copied')
  const each = { url: front.url, site: owner.site, cookies: [...cookies], viewers: viewerCount / processes }
  viewers.tell({ kind: 'open', ...each })
  const copied = await heard
  const times = copied.flatMap(({ copiedMs }) => copiedMs)
  return {
    ...spread(times, 'Ms'),
    kilobytesEach: rounded(copied.reduce((sum, { bytes }) => sum + bytes, 0) / viewerCount / 1000),
    answerMs: spread(probe.take(), 'Ms'),
    cpuMs: cpu(),
    workerdMb: rounded(rssMb(front.pids()[1])),
  }
}

/** What a relay reads: all miners in a minute, and one that is marked every second, at no fixed time within it. */
function pollMine(mine: LargeMine, miners: number) {
  const marks = new Map<number, number>()
  let mark = 0
  const polls = setInterval(() => mine.poll(pollsPerSecond(miners) / 10, Date.now()), 100)
  const marking = setInterval(() => {
    mark++
    marks.set(mark * markedCell.column.coding.step, Date.now())
    mine.mark(mark)
  }, 1130)
  const stop = () => [polls, marking].forEach(timer => clearInterval(timer))
  return { marks, [Symbol.dispose]: stop }
}

interface Steady {
  readonly viewers: ViewerProcesses
  readonly polling: { readonly marks: ReadonlyMap<number, number> }
  readonly probe: Probe
  readonly front: ControlFront
}

async function steadyMinute(lab: Lab, { viewers, polling, probe, front }: Steady) {
  probe.take()
  const cpu = cpuMeter(front, { viewers })
  await sleep(steadyMs)
  const cpuMs = cpu()
  const answers = probe.take()
  const figures = await ask(viewers)
  const frames = figures.flatMap(({ shown }) => shown)
  const closed = figures.flatMap(({ closed }) => closed)
  if (closed.length > 0) lab.say(`${closed.length} closed: ${[...new Set(closed)].join(', ')}`)
  const fromFrame = frames.flatMap(({ at, arrivedAt }) => arrivedAt.map(arrived => arrived - at))
  const fromReading = figures.flatMap(({ shown }) => sinceMarks(shown, polling.marks))
  return {
    /** From making a frame at the relay to each dashboard having it. */
    fromFrame: { ...spread(fromFrame, 'Ms'), frames: frames.length / processes },
    /** From a row's change at the relay, which waits for the next frame. */
    fromReading: { ...spread(fromReading, 'Ms'), within: within(fromReading) },
    kilobytesPerDashboard: rounded(figures.reduce((sum, { bytes }) => sum + bytes, 0) / viewerCount / 1000),
    answerMs: spread(answers, 'Ms'),
    cpuMs,
    closed: closed.length,
    workerdMb: rounded(rssMb(front.pids()[1])),
  }
}

/** Processor time since then: on a busy machine it says more than time on the wall. */
function cpuMeter({ pids }: ControlFront, { viewers }: { viewers: ViewerProcesses }) {
  const measured = { front: [pids()[0]], workerd: [pids()[1]], viewers: viewers.pids() }
  const spent = () =>
    Object.entries(measured).map(([name, of]) => [name, sum(of.map(pid => useOf(pid).cpuMs))] as const)
  const before = new Map(spent())
  return () => Object.fromEntries(spent().map(([name, ms]) => [name, ms - (before.get(name) ?? 0)]))
}

const sum = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0)

const ask = (viewers: ViewerProcesses) => {
  const heard = viewers.hear('figures')
  viewers.tell({ kind: 'figures' })
  return heard
}
const discard = ask

function sinceMarks(frames: readonly Shown[], marks: ReadonlyMap<number, number>): number[] {
  // What the first shows may have been marked long before.
  let last = frames[0]?.mark ?? null
  return frames.flatMap(({ mark, arrivedAt }) => {
    const isNew = mark !== last
    last = mark
    const markedAt = mark === null ? undefined : marks.get(mark)
    return isNew && markedAt !== undefined ? arrivedAt.map(arrived => arrived - markedAt) : []
  })
}

const within = (times: readonly number[]) => rounded(times.filter(ms => ms < targetMs).length / times.length, 4)

function spread(times: readonly number[], unit: 'Ms') {
  const at = (part: number) => rounded(quantile(times, part))
  return {
    [`p50${unit}`]: at(0.5),
    [`p99${unit}`]: at(0.99),
    [`max${unit}`]: rounded(times.reduce((most, ms) => Math.max(most, ms), 0)),
  }
}

/** Half of the dashboards show the first screen full; the others one of some places. All name what totals need. */
function screens(): LiveView[] {
  const named = [columns.hashrateHs, columns.powerW, columns.mining, columns.problems, columns.reach]
  const rows = (first: number) => Array.from({ length: 60 }, (_, row) => first + row)
  return Array.from({ length: 40 }, (_, index) => ({
    columns: named.map(({ id }) => id),
    rows: [{ cohort: markedCell.cohort, slots: rows(index % 2 === 0 ? 0 : index * 90) }],
  }))
}
