import {
  chunksOf,
  createReceiver,
  decodeDown,
  encodeMessage,
  linkProof,
  relayId,
  versions,
  type DownMessage,
  type UpMessage,
} from '@headframe/protocol'
import type { ActorCode } from '../actor/code.ts'
import { createActorHost, type ActorHost } from '../actor/host.ts'
import type { BoxKey } from '../relay/box.ts'
import { controlOf } from '../relay/enrolment.ts'
import { createChance } from '../world/chance.ts'
import type { Line } from '../world/line.ts'
import { createTimeline, type Owner } from '../world/timeline.ts'

export type Violated = (rule: string, text: string) => void
type Hello = Extract<UpMessage, { type: 'hello' }>
type Prove = Extract<UpMessage, { type: 'prove' }>

const control = controlOf('byhand')
export const startMs = 1_790_000_000_000

/** One control, and relays and dashboards that do what they are told. */
export interface HandMadeWorld {
  readonly host: ActorHost
  readonly passTime: (ms: number) => Promise<void>
  /** Turns of the actor that came to an end. */
  readonly turns: () => number
  readonly addRelay: (name: string) => void
  /** Opens a link that proves nothing yet. */
  readonly dial: (relay: string, boxes: readonly BoxKey[]) => Promise<HandMadeLink>
  /** Opens one that proves to be a box. */
  readonly link: (relay: string, boxes: readonly BoxKey[], speaks: BoxKey) => Promise<HandMadeLink>
  readonly look: () => HandMadeDashboard
}

export interface HandMadeLink {
  /** A message, or a payload that is none. */
  readonly say: (said: UpMessage | Uint8Array) => Promise<void>
  readonly heard: readonly DownMessage[]
  /** 0 while it is open. */
  readonly closed: () => number
}

interface HandMadeDashboard {
  readonly line: Line | null
  /** Acknowledges all that it received. */
  readonly acknowledge: () => void
}

export function createHandMadeWorld(code: ActorCode, violated: Violated): HandMadeWorld {
  const timeline = createTimeline()
  const failed = (error: unknown) => violated('X2', `a control by itself fell over ${String(error)}`)
  const owner: Owner = { alive: () => true, failed }
  let turns = 0
  const host = createActorHost({
    name: 'control by itself',
    code,
    timeline,
    chance: createChance(1),
    faults: { before: () => 'go', after: () => {} },
    dies: () => false,
    wallAt: ms => startMs + ms,
    committed: () => {
      turns += 1
    },
    crashed: () => {},
    violated,
    threw: failed,
  })
  const passTime = async (ms: number) => {
    const until = timeline.now() + ms
    timeline.after(ms, () => {}, owner)
    while (timeline.now() < until) await timeline.step()
  }
  const around: Around = { host, owner, passTime }
  return {
    host,
    passTime,
    turns: () => turns,
    addRelay: name => host.turn(site => site.addRelay({ id: relayId.parse(name), name })),
    dial: (relay, boxes) => dial(around, relay, boxes),
    link: async (relay, boxes, speaks) => {
      const linked = await dial(around, relay, boxes)
      await linked.say(proofOf(relay, speaks))
      return linked
    },
    look: () => look(around),
  }
}

interface Around extends Pick<HandMadeWorld, 'host' | 'passTime'> {
  readonly owner: Owner
}

async function dial({ host, owner, passTime }: Around, name: string, boxes: readonly BoxKey[]): Promise<HandMadeLink> {
  const heard: DownMessage[] = []
  const receiver = createReceiver()
  let closed = 0
  const message = (data: string | Uint8Array<ArrayBuffer>) => {
    const received = typeof data === 'string' ? null : receiver.push(data)
    const decoded = received?.kind === 'message' ? decodeDown(received.payload) : null
    if (decoded?.ok) heard.push(decoded.message)
  }
  const end = (code: number) => {
    closed = code
  }
  const grant = {
    relay: relayId.parse(name),
    org: 'org_SIMULATED00001',
    control,
    nonce: 'nonce',
    boxes: boxes.map(({ name, publicKey, instance }) => ({ name, publicKey, instance })),
  }
  const line = host.connect('link', { owner, message, closed: end }, grant)
  await passTime(3000)
  const say = async (said: UpMessage | Uint8Array) => {
    const payload = said instanceof Uint8Array ? said : encodeMessage(said)
    for (const chunk of chunksOf('control', payload)) line?.send('client', chunk)
    await passTime(3000)
  }
  return { say, heard, closed: () => closed }
}

function look({ host, owner }: Around): HandMadeDashboard {
  let received = 0
  const message = () => {
    received += 1
  }
  const line = host.connect('dashboard', { owner, message, closed: () => {} }, viewer)
  return { line, acknowledge: () => line?.send('client', JSON.stringify({ type: 'ack', received })) }
}

const viewer = {
  person: 'person_SIMULATED001',
  session: 'session-1',
  role: 'owner',
  name: 'Ada',
  siteName: 'By hand',
  viewer: 'viewer-1',
}

/** @param instance the machine that it says it is */
export function proofOf(name: string, { instance: own, sign }: BoxKey, instance = own): Prove {
  const relay = relayId.parse(name)
  return { type: 'prove', relay, signature: sign(linkProof({ control, relay, nonce: 'nonce', instance })), instance }
}

export const helloOf = (term: Hello['term']): Hello => ({
  type: 'hello',
  versions,
  software: 'by hand',
  epoch: 1,
  allowed: [],
  now: startMs,
  clock: 'plausible',
  term,
  demo: false,
  pollEveryMs: 30_000,
  cohorts: [],
})
