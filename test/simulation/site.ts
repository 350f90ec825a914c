import { commandId, personId, type CommandId, type CommandKind, type ControlId } from '@headframe/protocol'
import type { Policy } from '../../apps/site-relay/src/command/policy.ts'
import type { ActorCode } from './actor/code.ts'
import { createActorHost, type ActorHost } from './actor/host.ts'
import { firstActorDisk } from './actor/first-disk.ts'
import { createViewer, type Viewer } from './actor/dashboard.ts'
import { boxKeyOf, createBox, type Box, type BoxKey } from './relay/box.ts'
import { controlOf, enrolmentOf, relay } from './relay/enrolment.ts'
import { createPark, type Park } from './relay/miners.ts'
import { createWan, type Wan } from './relay/wires.ts'
import { createBeatRules, type BeatRules } from './rules/beat-rules.ts'
import { createCommandRules, type CommandRules } from './rules/command-rules.ts'
import { createControlRules, type ControlRules } from './rules/control-rules.ts'
import { createFrameTruth, type FrameTruth } from './rules/frames.ts'
import { createEar } from './relay/ear.ts'
import { createLedger, type Ledger } from './rules/ledger.ts'
import { newerEvents } from './rules/skew.ts'
import { createRelayRules, type RelayRules } from './rules/relay-rules.ts'
import { createTraffic, type Traffic } from './rules/traffic.ts'
import { createChance, type Chance } from './world/chance.ts'
import type { DiskFaults } from './world/disk.ts'
import { createTimeline, type Timeline } from './world/timeline.ts'
import { createTrace, type Trace } from './world/trace.ts'

export interface Violation {
  readonly rule: string
  readonly text: string
}

/** A whole site in one process: the boxes of a relay, its miners, its controls, and those who look. */
export interface SimSite {
  readonly seed: number
  readonly pollEveryMs: number
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: Trace
  readonly park: Park
  /** One, or two of which one stands by. */
  readonly boxes: readonly SimBox[]
  /** The box that acts, or the first. */
  readonly acting: () => Box
  readonly controls: readonly SimControl[]
  readonly wan: Wan
  readonly violation: () => Violation | null
  readonly violated: (rule: string, text: string) => void
  readonly commands: CommandRules
  readonly traffic: Traffic
  readonly frames: FrameTruth
  readonly newCommandId: () => CommandId
  /** Whole until a clock is set, or what control has of the past is lost; missed once a link was down for minutes. */
  readonly past: { isWhole: boolean; isMissed: boolean }
  /** The disk of an actor as the first release left it. */
  readonly firstActorDisk: () => Uint8Array
}

export interface SimBox {
  readonly key: BoxKey
  readonly box: Box
  readonly ledger: Ledger
  readonly rules: RelayRules
}

export interface SimControl {
  readonly name: string
  readonly id: ControlId
  readonly host: ActorHost
  readonly rules: ControlRules
  readonly beats: BeatRules
  readonly viewers: readonly Viewer[]
}

/** What goes wrong with disks; replaced by a plan as it goes. */
export interface Faults {
  relayDisk: DiskFaults
  actorDisk: DiskFaults
  /** Asked between a commit of an actor and what it sends. */
  actorDies: (control: string) => boolean
}

export interface SiteOptions {
  readonly seed: number
  readonly code: ActorCode
  readonly faults: Faults
  readonly controls: number
  readonly boxes: number
  readonly miners: number
  readonly pollEveryMs: number
  /** The relay is of a release that control does not know. */
  readonly newer: boolean
}

export const noFaults: DiskFaults = { before: () => 'go', after: () => {} }

export const person = personId.parse('person_SIMULATED001')
/** When simulated worlds begin. */
export const epochMs = 1_790_000_000_000
const wallAt = (ms: number) => epochMs + ms

/** What all parts of a site share. */
interface Shared {
  readonly options: SiteOptions
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: Trace
  readonly violated: (rule: string, text: string) => void
  readonly threw: (who: string) => (error: unknown) => void
  readonly commands: CommandRules
  readonly frames: FrameTruth
  readonly traffic: Traffic
}

export function createSite(options: SiteOptions): SimSite {
  const timeline = createTimeline()
  const chance = createChance(options.seed)
  const trace = createTrace(timeline)
  let violation: Violation | null = null
  const violated = (rule: string, text: string) => {
    trace.note(`VIOLATED [${rule}] ${text}`)
    violation ??= { rule, text }
  }
  const threw = (who: string) => (error: unknown) =>
    violated('X2', `${who} fell over ${error instanceof Error ? error.stack : String(error)}`)
  const traffic = createTraffic()
  const commands = createCommandRules({ park: () => park, now: timeline.now, violated })
  const frames = createFrameTruth(timeline.now)
  const shared: Shared = { options, timeline, chance, trace, violated, threw, commands, frames, traffic }
  const park: Park = createPark(options.miners, {
    chance: chance.of('miners'),
    now: timeline.now,
    violated,
    lastMoment: commands.lastMoment,
    isJournaled: (id, name) => {
      const box = boxes.find(({ key }) => key.publicKey === name)?.box
      return (box?.stores()?.commands.find(id)?.begunAt ?? null) !== null
    },
    isForgotten: commands.isForgotten,
  })
  const keys = Array.from({ length: options.boxes }, (_, index) => boxKeyOf(index + 1))
  const controls: SimControl[] = Array.from({ length: options.controls }, (_, index) =>
    createControl(shared, `control${index}`, () => boxes),
  )
  const wan = createWan({
    timeline,
    chance: chance.of('wan'),
    hosts: new Map(controls.map(({ name, host }) => [name, host])),
    grantOf: host => ({ ...keys[0], boxes: keys, relay, org: 'org_SIMULATED00001', control: controlOf(host) }),
    ...createEar({ controls, commands, traffic, violated }, options.newer),
  })
  const boxes: SimBox[] = keys.map(key => createSimBox(shared, key, { park, controls, wan }))
  if (boxes.length > 1) commands.takeTurns()
  for (const { host, rules } of controls) {
    host.turn(site => site.addRelay({ id: relay, name: 'Hall' }))
    if (rules.relay()?.demo !== false) violated('T1', 'a relay that was not heard yet is told as a demo')
  }
  for (const { box } of boxes) box.start()
  const ids = chance.of('commands')
  return {
    seed: options.seed,
    pollEveryMs: options.pollEveryMs,
    timeline,
    chance,
    trace,
    park,
    boxes,
    acting: () => actingOf(boxes),
    controls,
    wan,
    violation: () => violation,
    violated,
    commands,
    traffic,
    frames,
    newCommandId: () => commandId.parse(`cmd_${String(ids.between(1, 1e12)).padStart(16, '0')}`),
    past: { isWhole: true, isMissed: false },
    firstActorDisk: () => firstActorDisk(options.code),
  }
}

function actingOf(boxes: readonly SimBox[]): Box {
  const acting = boxes.find(({ box }) => box.core() !== null) ?? boxes[0]
  if (!acting) throw new Error('a site without a box')
  return acting.box
}

function createControl(shared: Shared, name: string, boxes: () => readonly SimBox[]): SimControl {
  const { options, timeline, chance, trace, violated, commands, traffic } = shared
  const { code, faults } = options
  const told = () =>
    boxes().map(({ key, ledger, rules }) => ({ key: key.publicKey, ledger, forgotten: rules.forgotten }))
  const rules: ControlRules = createControlRules({
    name,
    code,
    host: () => host,
    boxes: told,
    frames: shared.frames,
    violated,
  })
  const beats = createBeatRules({ name, code, host: () => host, violated })
  const host: ActorHost = createActorHost({
    name,
    code,
    timeline,
    chance: chance.of(name),
    faults: {
      before: sql => faults.actorDisk.before(sql),
      after: sql => {
        rules.wrote(sql)
        beats.wrote(sql)
        traffic.wrote('control', sql)
        faults.actorDisk.after(sql)
      },
    },
    dies: () => faults.actorDies(name),
    wallAt,
    committed: () => {
      if (rules.committed()) commands.compare(name, rules.commands())
      beats.committed()
    },
    crashed: restored => {
      trace.note(`${name} ${restored ? 'restored' : 'crashed'}`)
      if (restored) {
        // An older disk may be of an older release, until the actor wakes.
        rules.restored()
        beats.lost()
        return commands.controlRestored(name, rules.commands())
      }
      rules.committed()
      rules.inspect()
    },
    violated: (rule, text) => violated(rule, `${name}: ${text}`),
    threw: shared.threw(name),
  })
  const viewers = [0, 1].map(n => createViewer({ host, timeline, chance: chance.of(`${name} viewer ${n}`), violated }))
  return { name, id: controlOf(name), host, rules, beats, viewers }
}

/** What the policy file of each box says. */
export const allowing = (controls: readonly SimControl[]): Policy => ({
  controls: Object.fromEntries(controls.map(({ id }) => [id, { allow: ['reboot', 'locate'] satisfies CommandKind[] }])),
})

interface Around {
  readonly park: Park
  readonly controls: readonly SimControl[]
  readonly wan: Wan
}

function createSimBox(shared: Shared, key: BoxKey, { park, controls, wan }: Around): SimBox {
  const { options, timeline, chance, trace, violated, commands, traffic } = shared
  const { faults } = options
  const ledger = createLedger(violated, options.newer ? newerEvents : text => text)
  const rules = createRelayRules({
    box: key.publicKey,
    ledger,
    commands,
    furthest: () => controls.map(control => control.rules.furthest(key.publicKey)),
    violated,
  })
  let restored = false
  const box = createBox({
    key,
    giver: options.boxes > 1 ? controlOf('control0') : null,
    timeline,
    chance: chance.of(key.name),
    park,
    controls: controls.map(({ name }) => enrolmentOf(name)),
    policy: allowing(controls),
    pollEveryMs: options.pollEveryMs,
    wallAt,
    faults: {
      before: sql => faults.relayDisk.before(sql),
      after: sql => {
        rules.wrote(sql)
        traffic.wrote('box', sql)
        faults.relayDisk.after(sql)
      },
    },
    openWire: wan.openWire,
    framed: shared.frames.made,
    started: stores => {
      rules.started(stores, restored)
      restored = false
      trace.note(`${key.name} starts`)
    },
    crashed: replaced => {
      restored ||= replaced
      wan.dropDead()
    },
    trace: trace.note,
    threw: shared.threw(key.name),
  })
  return { key, box, ledger, rules }
}
