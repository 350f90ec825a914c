import { createReceiver, decodeDown, isJson, type BeatCursor, type Cursor } from '@headframe/protocol'
import { z } from 'zod'
import { loadActorCode } from '../simulation/actor/code.ts'
import { createActorHost } from '../simulation/actor/host.ts'
import { createChance, type Chance } from '../simulation/world/chance.ts'
import type { Line } from '../simulation/world/line.ts'
import { createTimeline, type Owner } from '../simulation/world/timeline.ts'
import { bytesOf, chunksFrom, saidByControl } from './messages.ts'
import type { Recording } from './recording.ts'

/** What the control of today makes of a relay of old. */
export interface HeldByControl {
  readonly miners: readonly string[]
  readonly commands: Readonly<Record<string, string>>
  readonly quarantined: number
  /** The last that was acknowledged as durable. */
  readonly events: Cursor | null
  readonly beats: ReadonlyMap<number, BeatCursor>
  /** Codes with which control closed a connection. */
  readonly closed: readonly number[]
}

const always: Owner = {
  alive: () => true,
  failed: error => {
    throw error
  },
}

/** Plays the relay's side of a recording to a SiteActor, in the time of the recording. */
export async function replayAtControl(recorded: Recording): Promise<HeldByControl> {
  const timeline = createTimeline()
  // A quick line, so that what was said in turn arrives in turn.
  const chance: Chance = { ...createChance(1), between: from => from, pick: items => items.at(-1) ?? none() }
  const host = createActorHost({
    name: 'control',
    code: await loadActorCode(),
    timeline,
    chance,
    faults: { before: () => 'go', after: () => {} },
    dies: () => false,
    wallAt: ms => recorded.startedAt + ms,
    committed: () => {},
    crashed: () => {},
    violated: (rule, text) => always.failed(new Error(`[${rule}] ${text}`)),
    threw: always.failed,
  })
  const { relay, control, publicKey, instance } = recorded
  const told: Told = { events: null, beats: new Map(), closed: [] }
  host.turn(site => site.addRelay({ id: relay, name: 'Recorded' }))
  const lines = new Map<number, Line>()
  for (const { connection, atMs, message } of saidByControl(recorded)) {
    if (message.type === 'challenge') {
      const grant = {
        relay,
        org: 'org_RECORDED0000001',
        control,
        boxes: [{ name: 'Recorded', publicKey, instance }],
        nonce: message.nonce,
      }
      const open = () => {
        const line = host.connect('link', { owner: always, ...listener(told) }, grant)
        if (line) lines.set(connection, line)
      }
      timeline.after(atMs, open, always)
    }
    if (message.type === 'command') {
      const { id, miner, command, ttlMs, by: person, byName } = message.order
      const asking = { command, miners: [{ id, miner }], ttlMs, person, byName }
      timeline.after(atMs, () => void host.turn(site => site.ask(asking)), always)
    }
  }
  for (const chunk of chunksFrom(recorded, 'relay')) {
    timeline.after(chunk.atMs + 1, () => lines.get(chunk.connection)?.send('client', bytesOf(chunk)), always)
  }
  for (const { atMs, step } of recorded.steps) {
    if (step.kind === 'end') timeline.after(atMs + 2, () => lines.get(step.connection)?.drop('client'), always)
  }
  const endMs = Math.max(...recorded.steps.map(step => step.atMs)) + 5000
  while (timeline.now() < endMs && (await timeline.step()));
  return { ...told, ...rowsOf(host) }
}

interface Told {
  events: Cursor | null
  readonly beats: Map<number, BeatCursor>
  readonly closed: number[]
}

function listener(told: Told) {
  const receiver = createReceiver()
  return {
    message: (data: string | Uint8Array<ArrayBuffer>) => {
      const received = typeof data === 'string' ? null : receiver.push(data)
      if (received?.kind !== 'message' || !isJson(received.payload)) return
      receiver.creditFor(received)
      const decoded = decodeDown(received.payload)
      if (!decoded.ok || decoded.message.type !== 'durable') return
      told.events = decoded.message.events ?? told.events
      for (const beat of decoded.message.beats ?? []) told.beats.set(beat.cohort, beat)
    },
    closed: (code: number) => void told.closed.push(code),
  }
}

const commandRow = z.object({ id: z.string(), state: z.string() })
const minerRow = z.object({ id: z.string() })

function rowsOf(host: ReturnType<typeof createActorHost>) {
  const read = (query: string) => host.disk().exec(query).toArray()
  const commands = read('SELECT id, state FROM command ORDER BY id').map(row => commandRow.parse(row))
  return {
    miners: read('SELECT id FROM miner ORDER BY id').map(row => minerRow.parse(row).id),
    commands: Object.fromEntries(commands.map(({ id, state }) => [id, state])),
    quarantined: read('SELECT epoch FROM quarantine').length,
  }
}

function none(): never {
  throw new Error('nothing to pick from')
}
