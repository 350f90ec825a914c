import {
  commandId,
  controlId,
  decodeText,
  personId,
  relayId,
  siteId,
  type BeatCursor,
  type CommandId,
  type Cursor,
} from '@headframe/protocol'
import type { EnrolledControl } from '../../apps/site-relay/src/store/controls.ts'
import type { ActorCode } from './actor/code.ts'
import { createActorHost, type ActorHost } from './actor/host.ts'
import { createViewer, type Viewer } from './actor/dashboard.ts'
import { boxKeyOf, createBox, type Box } from './relay/box.ts'
import { createPark, type Park } from './relay/miners.ts'
import { createWan, type Wan } from './relay/wires.ts'
import { createCommandRules } from './rules/command-rules.ts'
import { createControlRules, type ControlRules } from './rules/control-rules.ts'
import { createFrameTruth, type FrameTruth } from './rules/frames.ts'
import { createLedger, type Ledger } from './rules/ledger.ts'
import { createRelayRules } from './rules/relay-rules.ts'
import { createChance, type Chance } from './world/chance.ts'
import type { DiskFaults } from './world/disk.ts'
import { createTimeline, type Timeline } from './world/timeline.ts'
import { createTrace, type Trace } from './world/trace.ts'

export interface Violation {
  readonly rule: string
  readonly text: string
}

/** A whole site in one process: a relay, its miners, its controls, and those who look. */
export interface SimSite {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly trace: Trace
  readonly park: Park
  readonly box: Box
  readonly controls: readonly SimControl[]
  readonly wan: Wan
  readonly ledger: Ledger
  readonly frames: FrameTruth
  readonly violation: () => Violation | null
  readonly violated: (rule: string, text: string) => void
  readonly commands: { readonly compare: (control: string, rows: ReturnType<ControlRules['commands']>) => void }
  readonly newCommandId: () => CommandId
}

export interface SimControl {
  readonly name: string
  readonly host: ActorHost
  readonly rules: ControlRules
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
  readonly miners: number
  readonly pollEveryMs: number
}

export const noFaults: DiskFaults = { before: () => 'go', after: () => {} }

const relay = relayId.parse('relay_SIMULATED00001')
export const person = personId.parse('person_SIMULATED001')
/** When simulated worlds begin. */
const epochMs = 1_790_000_000_000
const wallAt = (ms: number) => epochMs + ms

export function createSite({ seed, code, faults, ...options }: SiteOptions): SimSite {
  const timeline = createTimeline()
  const chance = createChance(seed)
  const trace = createTrace(timeline)
  let violation: Violation | null = null
  const violated = (rule: string, text: string) => {
    trace.note(`VIOLATED [${rule}] ${text}`)
    violation ??= { rule, text }
  }
  const threw = (who: string) => (error: unknown) =>
    violated('X2', `${who} fell over ${error instanceof Error ? error.stack : String(error)}`)

  const park = createPark(options.miners, { chance: chance.of('miners'), now: timeline.now, violated })
  const ledger = createLedger(violated)
  const frames = createFrameTruth()
  const commands = createCommandRules(park, violated)
  const rules = createRelayRules({
    ledger,
    commands,
    furthest: () => controls.map(control => control.rules.furthest()),
    violated,
  })

  const controls: SimControl[] = Array.from({ length: options.controls }, (_, index) => {
    const name = `control${index}`
    const controlRules: ControlRules = createControlRules({
      name,
      code,
      host: () => host,
      ledger,
      frames,
      forgotten: rules.forgotten,
      violated,
    })
    const host: ActorHost = createActorHost({
      name,
      code,
      timeline,
      chance: chance.of(name),
      faults: {
        before: sql => faults.actorDisk.before(sql),
        after: sql => {
          controlRules.wrote(sql)
          faults.actorDisk.after(sql)
        },
      },
      dies: () => faults.actorDies(name),
      wallAt,
      committed: () => {
        if (controlRules.committed()) commands.compare(name, controlRules.commands())
      },
      crashed: restored => {
        trace.note(`${name} ${restored ? 'restored' : 'crashed'}`)
        if (restored) controlRules.restored()
        else controlRules.committed()
        controlRules.inspect()
      },
      threw: threw(name),
    })
    const viewers = [0, 1].map(n =>
      createViewer({ host, timeline, chance: chance.of(`${name} viewer ${n}`), violated }),
    )
    return { name, host, rules: controlRules, viewers }
  })

  const key = boxKeyOf(1)
  const wan = createWan({
    timeline,
    chance: chance.of('wan'),
    hosts: new Map(controls.map(({ name, host }) => [name, host])),
    grantOf: host => ({ ...key, boxes: [key], relay, org: 'org_SIMULATED00001', control: controlOf(host) }),
    heard: (host, chunk) => {
      const said = saidIn(chunk)
      if (said?.type === 'durable') controls.find(({ name }) => name === host)?.rules.told(said)
    },
  })
  let restored = false
  const box = createBox({
    key,
    giver: null,
    timeline,
    chance: chance.of('relay'),
    park,
    controls: controls.map(({ name }) => enrolmentOf(name)),
    policy: {
      controls: Object.fromEntries(controls.map(({ name }) => [controlOf(name), { allow: ['reboot', 'locate'] }])),
    },
    pollEveryMs: options.pollEveryMs,
    wallAt,
    faults: {
      before: sql => faults.relayDisk.before(sql),
      after: sql => {
        rules.wrote(sql)
        faults.relayDisk.after(sql)
      },
    },
    openWire: wan.openWire,
    framed: frames.made,
    started: stores => {
      rules.started(stores, restored)
      restored = false
      trace.note('relay starts')
    },
    crashed: replaced => {
      restored ||= replaced
      wan.dropDead()
    },
    trace: trace.note,
    threw: threw('relay'),
  })
  for (const { host } of controls) host.turn(site => site.addRelay({ id: relay, name: 'Hall' }))
  box.start()
  const ids = chance.of('commands')
  return {
    timeline,
    chance,
    trace,
    park,
    box,
    controls,
    wan,
    ledger,
    frames,
    violation: () => violation,
    violated,
    commands,
    newCommandId: () => commandId.parse(`cmd_${String(ids.between(1, 1e12)).padStart(16, '0')}`),
  }
}

const controlOf = (name: string) => controlId.parse(`control_${name.padStart(16, '0')}`)

const enrolmentOf = (name: string): EnrolledControl => ({
  control: controlOf(name),
  url: `http://${name}`,
  relay,
  site: siteId.parse('site_SIMULATED00001'),
  enrolledAt: 1,
})

interface Said {
  readonly type: string
  readonly events?: Cursor
  readonly beats?: readonly BeatCursor[]
}

/** A JSON message in one chunk; larger ones say nothing that is watched here. */
function saidIn(chunk: Uint8Array): Said | null {
  const whole = ((chunk[0] ?? 0) & 0xc0) === 0xc0 && chunk[1] === 0x7b
  const text = whole ? decodeText(chunk.subarray(1)) : null
  return text === null ? null : JSON.parse(text)
}
