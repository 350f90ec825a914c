import { chunksOf, closes, encodeMessage, type CommandOrder, type MinerId, type UpMessage } from '@headframe/protocol'
import { passTime } from './plan.ts'
import { allowing, person, type SimControl, type SimSite } from './site.ts'
import { relay } from './relay/enrolment.ts'

/** What works on a healthy site. Without it a site that does nothing at all would break no rule. */
export async function showSignsOfLife(site: SimSite): Promise<void> {
  const fleet = site.acting().core()?.fleet
  const well = fleet?.inventory
    .all()
    .find(info => site.park.isWell(info.address, info.mac) && fleet.tables.reach(info) === 'answering')
  if (!well) return
  for (const control of site.controls) {
    if (site.violation()) return
    await isWatched(site, control, well.id)
    await obeys(site, control, well.id)
    refusesNonsense(site, control, well.id)
  }
  const { seed } = site
  if (seed % 4 === 0) await obeysPolicy(site, well.id)
  if (seed % 3 === 0) await refusesStrangers(site)
  if (seed % 5 === 0) await showsSilence(site)
}

async function waitFor(site: SimSite, done: () => boolean, seconds = 30): Promise<boolean> {
  for (let waited = 0; waited < seconds && !done() && !site.violation(); waited += 1) await passTime(site, 1000)
  return done() || site.violation() !== null
}

const locate: CommandOrder['command'] = { kind: 'locate', on: true }

function ask(site: SimSite, { host }: SimControl, over: { miner: MinerId; command?: CommandOrder['command'] }) {
  const id = site.newCommandId()
  const { miner, command = locate } = over
  host.turn(actor => actor.ask({ command, miners: [{ id, miner }], ttlMs: 60_000, person, byName: 'Ada' }))
  return id
}

/** A miner that answers does at once what it is asked [C1]. */
async function obeys(site: SimSite, control: SimControl, miner: MinerId): Promise<void> {
  const { name, rules } = control
  const id = ask(site, control, { miner })
  const state = () => rules.commands().get(id)?.state
  if (!(await waitFor(site, () => state() === 'done')))
    return site.violated('C1', `${name}: a command on a healthy site is ${state()}`)
  if (site.violation()) return
  if (!rules.seen(id).has('accepted')) site.violated('C1', `${name}: a command was done and never accepted`)
  if (!rules.seen(id).has('sent')) site.violated('C1', `${name}: a command was done and never sent`)
}

/** An id means one command: asking again brings what there is, and something else is refused [C1]. */
function refusesNonsense(site: SimSite, control: SimControl, miner: MinerId): void {
  const { name, host, rules } = control
  const id = ask(site, control, { miner })
  const again = (command: CommandOrder['command'], of = miner) =>
    host.turn(actor => actor.ask({ command, miners: [{ id, miner: of }], ttlMs: 60_000, person, byName: 'Ada' }))
  if (again(locate)?.length !== 1) site.violated('C1', `${name}: a command that is asked again is not one`)
  if (again({ kind: 'reboot' }) !== null) site.violated('C1', `${name}: an id was taken for another command`)
  const nobody: MinerId = JSON.parse('"miner_nobody00000000"')
  if (again(locate, nobody) !== null) site.violated('C1', `${name}: an id was taken for another miner`)
  const lost = ask(site, control, { miner: nobody })
  if (rules.commands().get(lost)?.state !== 'refused') site.violated('C1', `${name}: asks a miner that is not there`)
}

/** Who looks at a miner sees its readings, and has an answer. */
async function isWatched(site: SimSite, { name, viewers }: SimControl, miner: MinerId): Promise<void> {
  const [viewer] = viewers
  const before = viewer?.told().answers ?? 0
  viewer?.watch(miner)
  const isAnswered = () => (viewer?.told().answers ?? 0) > before
  if (!(await waitFor(site, () => viewer?.told().details.has(miner) === true)))
    site.violated('T1', `${name}: a miner that is watched is not shown`)
  // After its clock was set control may take the relay for silent until the next beat.
  for (let asked = 0; asked < 30 && !isAnswered(); asked += 1) {
    viewer?.askReading(miner)
    await waitFor(site, isAnswered, 3)
  }
  if (!isAnswered() && !site.violation()) site.violated('T1', `${name}: a question is not answered`)
  viewer?.watch(null)
}

/** The policy file of the box outranks what control asks [C4]. */
async function obeysPolicy(site: SimSite, miner: MinerId): Promise<void> {
  const [control] = site.controls
  if (!control) return
  for (const { box } of site.boxes) box.setPolicy({ controls: {} })
  await passTime(site, 10_000)
  const id = ask(site, control, { miner })
  await waitFor(site, () => control.rules.commands().get(id)?.state === 'refused')
  const outcome = control.rules.commands().get(id)?.outcome ?? ''
  if (!outcome.includes('"policy"') && !site.violation()) site.violated('C4', `a command is not refused but ${outcome}`)
  for (const { box } of site.boxes) box.setPolicy(allowing(site.controls))
  await passTime(site, 10_000)
  await obeys(site, control, miner)
}

/** A line that went dead under an open socket: what a relay spoke for is unknown after two beats [T1]. */
async function showsSilence(site: SimSite): Promise<void> {
  // One dashboard is enough to be told in time.
  for (const { viewers } of site.controls) viewers[1]?.leave()
  for (const { host } of site.controls) host.loseAlarm()
  await passTime(site, 5000)
  // A beat wakes an actor at the latest, and that sets its alarm again: one that nothing wakes cannot look.
  if (!(await waitFor(site, () => site.controls.every(({ host }) => host.disk().alarm() !== null), 65)))
    site.violated('T1', 'an alarm that was lost is not set again when a beat comes')
  site.past.isMissed = true
  for (const { name } of site.controls) site.wan.cut({ host: name }, 'silent', 300_000)
  const noticed = new Set<string>()
  for (let seconds = 0; seconds < 280 && !site.violation(); seconds += 1) {
    await passTime(site, 1000)
    for (const { name, host, rules } of site.controls) {
      const since = rules.relay()?.silentSince ?? null
      if (since === null || noticed.has(name)) continue
      noticed.add(name)
      if (host.now() - since > 125_000) site.violated('T1', `${name} sees a silence after ${host.now() - since} ms`)
    }
  }
  for (const { name, rules, viewers } of site.controls) {
    if (rules.relay()?.silentSince === null) site.violated('T1', `${name} does not see that its relay is silent`)
    if (viewers[0]?.screen()?.silent === false) site.violated('T1', `${name}: a dashboard shows a relay that is silent`)
  }
}

/** A relay that is revoked is cut off, and nothing of it waits. The end of a site. */
export async function forgetsRevoked(site: SimSite): Promise<void> {
  const control = site.controls.at(-1)
  const miner = site.acting().core()?.fleet.inventory.all()[0]?.id
  if (!control || !miner) return
  const { host, rules, name } = control
  ask(site, control, { miner })
  host.turn(actor => actor.revokeRelay(relay))
  const count = (table: string) => Number(host.disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
  await passTime(site, 10_000)
  if (host.speakers() > 0) site.violated('S4', `${name} listens to a revoked relay`)
  if (count('miner') !== 0 || count('relay') !== 0) site.violated('S4', `${name} keeps what a revoked relay told`)
  const waits = [...rules.commands().values()].some(({ outcome }) => outcome === null)
  if (waits) site.violated('C1', `${name} waits for a relay that was revoked`)
}

/** Who does not prove a key is not listened to, and disturbs nobody [X2]. */
async function refusesStrangers(site: SimSite): Promise<void> {
  const [control] = site.controls
  const [first] = site.boxes
  if (!control || !first) return
  const prove = { type: 'prove', relay, signature: 'AAAA', instance: first.key.instance } as const
  const cases: readonly (readonly [what: string, said: readonly UpMessage[], code: number])[] = [
    ['events without a proof', [{ type: 'events', events: [] }], closes.unproven.code],
    ['a proof with a wrong signature', [prove], closes.unproven.code],
    ['silence', [], closes.late.code],
  ]
  for (const [what, said, code] of cases) {
    const closed = await strangerAt(site, control, said)
    if (closed !== code && !site.violation()) site.violated('X2', `${what} is closed with ${closed} instead of ${code}`)
  }
  if (control.rules.relay()?.silentSince !== null) site.violated('X2', 'a stranger cuts off a relay')
}

async function strangerAt(site: SimSite, { id, host }: SimControl, said: readonly UpMessage[]): Promise<number> {
  let closed = 0
  const boxes = site.boxes.map(({ key }) => ({ name: key.name, publicKey: key.publicKey, instance: key.instance }))
  const line = host.connect(
    'link',
    {
      owner: { alive: () => true, failed: error => site.violated('X2', String(error)) },
      message: () => {},
      closed: code => {
        closed = code
      },
    },
    { relay, org: 'org_SIMULATED00001', control: id, nonce: 'nonce', boxes },
  )
  for (const message of said)
    for (const chunk of chunksOf('control', encodeMessage(message))) line?.send('client', chunk)
  await waitFor(site, () => closed !== 0)
  return closed
}
