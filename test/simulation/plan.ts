import type { CommandId, CommandOrder, MinerId } from '@headframe/protocol'
import { loseBeats } from './care.ts'
import { addressOf } from './relay/miners.ts'
import { noFaults, person, type Faults, type SimControl, type SimSite } from './site.ts'
import type { Chance } from './world/chance.ts'
import { futureNote } from './rules/skew.ts'
import type { Way } from './relay/wires.ts'
import { PowerCut } from './world/disk.ts'

type Action = (trouble: Trouble) => void

interface Trouble {
  readonly site: SimSite
  readonly faults: Faults
  readonly chance: Chance
  readonly backups: Backups
  readonly asked: {
    readonly control: SimControl
    readonly id: CommandId
    readonly miner: MinerId
    readonly on: boolean
  }[]
}

/** Copies of disks, by the name of the machine. */
type Backups = Map<string, Uint8Array>

/** Does to a site what happens to sites, as chance has it. */
export async function causeTrouble(site: SimSite, faults: Faults, actions: number): Promise<void> {
  const chance = site.chance.of('plan')
  const trouble: Trouble = { site, faults, chance, backups: new Map(), asked: [] }
  // Swarm testing: a seed that does only a few kinds of things comes further with them.
  const chosen = weighted.filter(() => chance.yes(0.6))
  const likely = chosen.flatMap(([weight, name, action]) => Array.from({ length: weight }, () => ({ name, action })))
  await passTime(site, chance.between(500, 20_000))
  for (let done = 0; done < actions && !site.violation(); done += 1) {
    const { name, action } = chance.pick(likely.length > 0 ? likely : [{ name: 'ask', action: ask }])
    site.trace.note(name)
    action(trouble)
    await passTime(site, chance.between(1, chance.pick([300, 3000, 15_000])))
  }
}

/** What waits past its time to live is ended by an alarm. */
const expiryLagMs = 5000

/** Lets things happen until the true time is so much later. */
export async function passTime(site: SimSite, ms: number): Promise<void> {
  const { timeline } = site
  const until = timeline.now() + ms
  timeline.after(ms, () => {}, { alive: () => true, failed: () => {} })
  while (timeline.now() < until && !site.violation()) await timeline.step()
  for (const way of site.wan.doubled()) site.violated('S7', `two connections of ${way}`)
  for (const { name, host, rules } of site.controls) {
    if (host.upForMs() > expiryLagMs) rules.checkExpiry(host.now() - expiryLagMs)
    if (host.speakers() > 1) site.violated('S4', `${host.speakers()} links speak for one relay at ${name}`)
  }
}

function ask({ site, chance, asked }: Trouble): void {
  const control = chance.pick(site.controls)
  const miners = site.acting().core()?.fleet.inventory.all() ?? []
  if (miners.length === 0) return
  const again = asked.length > 0 && chance.yes(0.1) ? chance.pick(asked) : null
  const one = again ?? { control, id: site.newCommandId(), miner: chance.pick(miners).id, on: chance.yes(0.5) }
  asked.push(one)
  const command: CommandOrder['command'] = one.on ? { kind: 'reboot' } : { kind: 'locate', on: true }
  const told = one.control.host.turn(actor =>
    actor.ask({
      command,
      miners: [{ id: one.id, miner: one.miner }],
      ttlMs: chance.pick([2000, 20_000, 120_000]),
      person,
      byName: 'Ada',
    }),
  )
  site.trace.note(`asked ${one.id} ${command.kind}: ${told?.map(entry => entry.state).join() ?? 'no answer'}`)
}

const minerOf = ({ site, chance }: Trouble) => chance.pick(site.park.miners)
const controlOf = ({ site, chance }: Trouble) => chance.pick(site.controls)
const viewerOf = (trouble: Trouble) => trouble.chance.pick(controlOf(trouble).viewers)

/** Cuts the power at the nth write from now, before or after it. */
function cutPowerAt({ chance, faults }: Trouble, which: 'relayDisk' | 'actorDisk'): void {
  let left = chance.between(1, 12)
  const side = chance.pick(['before', 'after'] as const)
  const count = () => {
    left -= 1
    if (left > 0) return
    faults[which] = noFaults
    throw new PowerCut('at a write')
  }
  faults[which] =
    side === 'before'
      ? {
          before: () => {
            count()
            return 'go'
          },
          after: () => {},
        }
      : { before: () => 'go', after: count }
}

function failWrites({ site, chance, faults }: Trouble): void {
  const until = site.timeline.now() + chance.between(1, chance.pick([500, 20_000]))
  const kind = chance.pick(['full', 'broken'] as const)
  faults.relayDisk = {
    before: () => {
      if (site.timeline.now() < until) return kind
      faults.relayDisk = noFaults
      return 'go'
    },
    after: () => {},
  }
}

const weighted: readonly (readonly [number, string, Action])[] = [
  [8, 'ask', ask],
  [4, 'reset', trouble => cut(trouble, 'reset')],
  [3, 'silence', trouble => cut(trouble, 'silent')],
  [2, 'stall', trouble => trouble.site.wan.stall(wayOf(trouble), trouble.chance.between(10, 60_000))],
  [2, 'relay crashes', ({ site, chance }) => chance.pick(site.boxes).box.crash(chance.between(10, 5000))],
  [3, 'relay loses power at a write', trouble => cutPowerAt(trouble, 'relayDisk')],
  [1, 'relay restarts', ({ site, chance }) => chance.pick(site.boxes).box.restart(chance.between(10, 3000))],
  [2, 'relay disk fails', failWrites],
  [2, 'a box is copied', trouble => backUpBox(trouble)],
  [1, 'a box is restored', trouble => restoreBox(trouble)],
  [2, 'control is copied', trouble => backUpControl(trouble)],
  [1, 'control is restored', trouble => restoreControl(trouble)],
  [1, 'the beats of control are lost', trouble => loseBeats(trouble.site, controlOf(trouble))],
  [1, 'many events', manyEvents],
  [2, 'an event of next year', ({ site }) => site.acting().poke(({ changes }) => changes.note(futureNote))],
  [1, 'a figure of next year', newColumn],
  [2, 'control crashes', trouble => controlOf(trouble).host.crash(trouble.chance.between(10, 5000))],
  [3, 'control loses power at a write', trouble => cutPowerAt(trouble, 'actorDisk')],
  [
    2,
    'control loses power after a commit',
    ({ faults, chance }) => {
      let left = chance.between(1, 6)
      faults.actorDies = () => {
        left -= 1
        if (left <= 0) faults.actorDies = () => false
        return left <= 0
      }
    },
  ],
  [4, 'hibernate', trouble => controlOf(trouble).host.hibernate()],
  [4, 'look', trouble => viewerOf(trouble).look()],
  [1, 'leave', trouble => viewerOf(trouble).leave()],
  [1, 'stop reading', trouble => viewerOf(trouble).stall(trouble.chance.between(1000, 60_000))],
  [
    2,
    'open a page',
    trouble => {
      const miners = trouble.site.acting().core()?.fleet.inventory.all() ?? []
      viewerOf(trouble).watch(miners.length > 0 && trouble.chance.yes(0.8) ? trouble.chance.pick(miners).id : null)
    },
  ],
  [
    3,
    'a miner changes',
    trouble => {
      const miner = minerOf(trouble)
      miner.hostname = `axe-${trouble.chance.between(1, 999)}`
      miner.chipTempC = trouble.chance.between(30, 95)
    },
  ],
  [
    2,
    'a miner moves',
    trouble => {
      const taken = new Set(trouble.site.park.miners.map(miner => miner.address))
      const free = Array.from({ length: 12 }, (_, index) => addressOf(index + 1)).filter(address => !taken.has(address))
      minerOf(trouble).address = trouble.chance.pick(free)
    },
  ],
  [
    2,
    'a miner is silent',
    trouble => {
      const { site, chance } = trouble
      site.park.mute(minerOf(trouble).address, site.timeline.now() + chance.between(1000, 90_000))
    },
  ],
  [1, 'the clock of the relay jumps', trouble => pickBox(trouble).jump(jumpMs(trouble))],
  [2, 'a box is stopped', ({ site, chance }) => chance.pick(site.boxes).box.freeze(chance.between(100, 40_000))],
  [1, 'the clock of control jumps', trouble => controlOf(trouble).host.jump(jumpMs(trouble))],
]

/** To a control, of one box or all. */
function wayOf(trouble: Trouble): Way {
  const { site, chance } = trouble
  return { host: controlOf(trouble).name, box: chance.yes(0.5) ? chance.pick(site.boxes).key.publicKey : undefined }
}

const pickBox = ({ site, chance }: Trouble) => chance.pick(site.boxes).box

function jumpMs({ site, chance }: Trouble): number {
  site.past.isWhole = false
  return chance.pick([-1, 1]) * chance.pick([1500, 60_000, 3_600_000])
}

function cut(trouble: Trouble, how: 'reset' | 'silent'): void {
  const { site, chance } = trouble
  site.wan.cut(wayOf(trouble), how, chance.between(0, chance.pick([100, 5000, 60_000])))
}

function backUpBox({ site, chance, backups }: Trouble): void {
  const { key, box } = chance.pick(site.boxes)
  backups.set(key.name, box.image())
}

function restoreBox({ site, chance, backups }: Trouble): void {
  const { key, box } = chance.pick(site.boxes)
  const image = backups.get(key.name)
  if (image) box.crash(chance.between(100, 5000), image)
}

function backUpControl(trouble: Trouble): void {
  const { name, host } = controlOf(trouble)
  trouble.backups.set(name, host.disk().image())
}

function restoreControl(trouble: Trouble): void {
  const { name, host } = controlOf(trouble)
  const image = trouble.backups.get(name)
  if (image) host.crash(trouble.chance.between(100, 5000), image)
}

/** More than one message holds. Characters that take six bytes in JSON: the longest that an event can be. */
function manyEvents({ site, chance }: Trouble): void {
  const text = '\u0001'.repeat(chance.pick([10, 500]))
  site.acting().poke(({ changes }) => {
    for (let told = 0; told < 150; told += 1) changes.note({ level: 'info', code: 'simulated', text })
  })
}

/** A column that no release knows yet is carried. */
function newColumn({ site, chance }: Trouble): void {
  site.acting().poke(({ fleet }) => {
    for (const { table } of fleet.tables.cohorts()) {
      if (table.columns instanceof Map) table.columns.set(40, new Int32Array(table.slots).fill(chance.between(0, 99)))
    }
  })
}
