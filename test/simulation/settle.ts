import { isLater, minerInfo, sameTable, type MinerInfo } from '@headframe/protocol'
import { takesCare } from './care.ts'
import { passTime } from './plan.ts'
import { breakOfQuiet } from './rules/quiet-rules.ts'
import { holeIn } from './rules/past-rules.ts'
import { minerIn } from './rules/control-rules.ts'
import { forgetsRevoked, showSignsOfLife } from './signs.ts'
import { noFaults, type Faults, type SimBox, type SimControl, type SimSite } from './site.ts'

/** A control that refused is dialled again within six minutes; a silent line takes half a minute to be given up. */
const longestMs = 15 * 60_000
const lookEveryMs = 5000

/** The faults are over: within a bounded time everything is equal on both sides, and told [S5]. */
export async function settle(site: SimSite, faults: Faults): Promise<void> {
  Object.assign(faults, { relayDisk: noFaults, actorDisk: noFaults, actorDies: () => false })
  site.trace.note('the faults are over')
  for (const control of site.controls) for (const viewer of control.viewers) viewer.stall(0)
  const thawAt = Math.max(...site.boxes.map(({ box }) => box.frozenUntil()))
  // One that was stopped is found not to act any more, and another does.
  if (thawAt > site.timeline.now()) await passTime(site, thawAt - site.timeline.now() + 20_000)
  await untilEqual(site)
  if (site.violation()) return
  await showSignsOfLife(site)
  await untilEqual(site)
  await takesCare(site)
  await untilEqual(site)
  // After a long silence the tails of dead lines still come.
  if (site.seed % 3 === 1 && site.seed % 5 !== 0) await staysWell(site)
  if (site.violation()) return
  for (const control of site.controls) {
    control.rules.inspect()
    control.beats.inspect()
    control.host.hibernate()
    site.commands.settled(control.name, control.rules.commands())
  }
  await forgetsRevoked(site)
}

const quietMs = 150_000

/** A control closes the link of a box that was silent for so long, by a clock that may have been set forward meanwhile. */
const silentAfterMs = 120_000

/** Left alone, links stay, and the past follows with every beat. */
async function staysWell(site: SimSite): Promise<void> {
  const setForMs = Math.min(...site.controls.map(({ host }) => host.setForMs()))
  if (setForMs <= silentAfterMs) {
    await passTime(site, silentAfterMs - setForMs + 1000)
    await untilEqual(site)
  }
  const dials = site.wan.dials()
  site.traffic.take()
  await passTime(site, quietMs)
  const counts = site.traffic.take()
  if (site.violation()) return
  const [first] = differences(site)
  if (first !== undefined) site.violated(...first)
  if (site.wan.dials() !== dials) site.violated('S5', 'a link on a healthy site does not last')
  const { length: boxes } = site.boxes
  const broken = breakOfQuiet({ ms: quietMs, controls: site.controls.length, boxes, counts })
  if (broken !== null) site.violated('S7', `a healthy site that is left alone is busy: ${broken}`)
  for (const { name, rules } of site.controls) {
    const at = rules.relay()?.history?.at ?? 0
    const lag = site.acting().now() - at
    if (lag > 125_000) site.violated('S5', `${name}: the past is ${lag} ms behind on a healthy site`)
  }
}

async function untilEqual(site: SimSite): Promise<void> {
  const until = site.timeline.now() + longestMs
  let open = differences(site)
  while (open.length > 0 && site.timeline.now() < until && !site.violation()) {
    await passTime(site, lookEveryMs)
    for (const control of site.controls) control.viewers[0]?.look()
    open = differences(site)
  }
  const [first] = open
  if (first !== undefined && !site.violation()) site.violated(...first)
}

type Difference = readonly [rule: string, text: string]

function differences(site: SimSite): Difference[] {
  const box = site.acting()
  const core = box.core()
  const stores = box.stores()
  if (!core || !stores) return [['S5', 'the relay does not come up']]
  if (core.guard.underWay() > 0) return [['C1', `the relay has ${core.guard.underWay()} commands that do not end`]]
  const saved = stores.inventory.miners().map(textOf).toSorted()
  const known = core.fleet.inventory.all().map(textOf).toSorted()
  if (saved.join() !== known.join()) return [['S1', 'the relay knows miners that it would not after a start']]
  return [
    ...site.boxes.flatMap(journals),
    ...site.controls.flatMap(control => [...behind(site, control), ...screens(site, control)]),
  ]
}

/** What every control has is not kept, and every command that was journaled has its result. */
function journals({ key, box }: SimBox): Difference[] {
  const stores = box.stores()
  if (!stores) return [['S5', `${key.name} does not come up`]]
  const found: Difference[] = []
  if (stores.commands.open().length > 0) found.push(['C1', `${key.name} has commands without a result`])
  const rows = Number(stores.db.prepare('SELECT count(*) AS n FROM events').get()?.['n'])
  if (rows > 0) found.push(['S1', `${key.name} keeps ${rows} events that every control has`])
  if (stores.journal.count() !== rows)
    found.push(['S1', `${key.name} counts ${stores.journal.count()} events of ${rows}`])
  return found
}

function behind(site: SimSite, control: SimControl): Difference[] {
  const { name, host, rules } = control
  const core = site.acting().core()
  const state = rules.relay()
  const found: Difference[] = []
  if (!core || !state) return [['S5', `${name} knows no relay`]]
  const told = `${state.allowed.toSorted().join()} ${state.pollEveryMs}`
  if (told !== `locate,reboot ${site.pollEveryMs}`) found.push(['S5', `${name} knows ${told} of the relay`])
  if (state.silentSince !== null) found.push(['S5', `${name} takes its relay for silent`])
  for (const { key, box } of site.boxes) {
    const link = box.links()?.states()[control.id] ?? 'down'
    if (link !== 'up' || !site.wan.reaches(key.publicKey, name))
      found.push(['S5', `${key.name} is not linked to ${name}: ${link}`])
    const head = box.stores()?.journal.head()
    const { epoch, seq } = rules.cursor(key.publicKey)
    if (head && head.seq > 0 && (epoch !== head.epoch || seq !== head.seq))
      found.push(['S5', `${name} has events of ${key.name} up to ${epoch}/${seq} of ${head.epoch}/${head.seq}`])
  }
  const rows = host.disk().exec('SELECT body FROM miner ORDER BY id').toArray()
  const theirs = rows.map(row => JSON.stringify(minerIn(row))).toSorted()
  const ours = core.fleet.inventory.all().map(textOf).toSorted()
  if (theirs.join() !== ours.join()) found.push(['S5', `${name} has other miners: ${theirs.join()} of ${ours.join()}`])
  const waiting = [...rules.commands().values()].filter(({ outcome }) => outcome === null)
  if (waiting.length > 0)
    found.push(['C1', `${name} has ${waiting.length} commands without a result: ${JSON.stringify(waiting[0])}`])
  return [...found, ...boxesOf(site, control), ...pastOf(site, control)]
}

/** Which boxes are there, and which of them speaks, is told as it is. */
function boxesOf(site: SimSite, { name, rules }: SimControl): Difference[] {
  const told = (rules.relay()?.boxes ?? []).map(box => `${box.name} ${box.linked} ${box.speaks}`).toSorted()
  const pair = site.boxes.length > 1
  const is = pair ? site.boxes.map(({ key, box }) => `${key.name} true ${box === site.acting()}`).toSorted() : []
  return told.join() === is.join() ? [] : [['S8', `${name} tells of boxes '${told.join()}' instead of '${is.join()}'`]]
}

/** History follows the beats: two of them may be missing. */
const historyLagMs = 200_000

function pastOf(site: SimSite, { name, host, rules }: SimControl): Difference[] {
  const history = rules.relay()?.history ?? null
  const epoch = site.acting().stores()?.journal.epoch() ?? 0
  const late = history === null || history.epoch < epoch || site.acting().now() - history.at > historyLagMs
  const report = site
    .acting()
    .core()
    ?.links.reports()
    .find(({ url }) => url === `http://${name}`)
  const said = report?.reached ?? null
  const isOff = !said || history === null || isLater(said, history) || history.at - said.at > historyLagMs
  if (history && (isOff || report?.state !== 'up'))
    return [['S5', `${name} has history up to ${history.at}, its relay says ${JSON.stringify(report)}`]]
  const count = (table: string) => Number(host.disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
  const isMissed = (site.past.isMissed && site.past.isWhole && site.boxes.length === 1) || count('backfill_minute') > 0
  if (isMissed && count('backfill') === 0) return [['S5', `${name} has minutes without their rows`]]
  const hole = site.past.isWhole ? holeIn(host.disk()) : null
  if (hole && !late) return [['S5', `${name} has a hole in the past: ${hole.join()}`]]
  return late ? [['S5', `${name} has history up to ${JSON.stringify(history)} in epoch ${epoch}`]] : []
}

const textOf = (info: MinerInfo | undefined) => JSON.stringify(minerInfo.safeParse(info).data)

/** What people see is what control has, and what the relay had a moment ago. */
function screens(site: SimSite, { name, rules, viewers }: SimControl): Difference[] {
  const screen = viewers[0]?.screen()
  const core = site.acting().core()
  if (!screen || !core) return [['S5', `${name}: a dashboard gets no copy`]]
  const found: Difference[] = []
  if (screen.silent) found.push(['T1', `${name}: a dashboard shows a silent relay`])
  const ours = core.fleet.inventory.all()
  const same =
    ours.length === screen.miners.size && ours.every(info => textOf(info) === textOf(screen.miners.get(info.id)))
  if (!same) found.push(['S5', `${name}: a dashboard shows other miners`])
  for (const { id, state } of rules.commands().values()) {
    if (screen.commands.get(id)?.state !== state)
      found.push(['S5', `${name}: a dashboard shows command ${id} as ${screen.commands.get(id)?.state}, not ${state}`])
  }
  for (const { cohort, table } of core.fleet.tables.cohorts()) {
    const shown = screen.followers.get(cohort)?.table
    const isShown = shown && (sameTable(shown, table) || site.frames.wasLately(cohort, shown))
    if (!isShown) found.push(['S5', `${name}: a dashboard shows another table`])
  }
  return found
}
