import { exports } from 'cloudflare:workers'
import { deflateRawSync } from 'node:zlib'
import {
  chunksOf,
  createLeader,
  createReceiver,
  createTable,
  decodeDown,
  encodeMessage,
  enrolled,
  isJson,
  linkProof,
  minerId,
  packMessages,
  paths,
  versions,
  type CohortLeader,
  type CommandResult,
  type DownMessage,
  type Enrolled,
  type Lane,
  type LiveTable,
  type MinerInfo,
  type RelayId,
  type UpMessage,
} from '@headframe/protocol'
import { toBase64 } from '../base64.ts'
import { Browser, origin } from './browser.ts'

type Welcome = Extract<DownMessage, { type: 'welcome' }>

export interface Key {
  readonly pair: CryptoKeyPair
  readonly publicKey: string
}

export async function newKey(): Promise<Key> {
  const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
  if (!('publicKey' in pair)) throw new Error('no pair')
  const raw = await crypto.subtle.exportKey('raw', pair.publicKey)
  if (!(raw instanceof ArrayBuffer)) throw new Error('no raw key')
  return { pair, publicKey: toBase64(new Uint8Array(raw)) }
}

export async function enrolRelay(
  key: Key,
  { code = 'local-code-of-the-box', instance = 'box-1' } = {},
): Promise<Enrolled> {
  const answer = await new Browser().post(paths.enrol, { code, publicKey: key.publicKey, instance })
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
  return enrolled.parse(answer.body)
}

/** A socket that is read by waiting for what it brings. */
export class Wire {
  readonly ws: WebSocket
  readonly inbox: (string | Uint8Array)[] = []
  closed: { code: number; reason: string } | null = null
  #wake = () => {}

  constructor(ws: WebSocket) {
    this.ws = ws
    ws.addEventListener('message', event => {
      this.inbox.push(typeof event.data === 'string' ? event.data : bytesOf(event.data))
      this.#wake()
    })
    ws.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason }
      this.#wake()
    })
    ws.binaryType = 'arraybuffer'
    ws.accept()
  }

  async until<T>(find: () => T | undefined): Promise<T> {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }

  end(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed ?? undefined)
  }
}

function bytesOf(data: ArrayBuffer | Blob): Uint8Array {
  if (!(data instanceof ArrayBuffer)) throw new Error('a blob')
  return new Uint8Array(data)
}

/** Takes the first message of a type out of what was received, and drops what came before it. */
export function takeFirst<M extends { type: string }, T extends M['type']>(
  received: M[],
  type: T,
): Extract<M, { type: T }> | undefined {
  const isIt = (message: M): message is Extract<M, { type: T }> => message.type === type
  const found = received.find(isIt)
  if (found !== undefined) received.splice(0, received.indexOf(found) + 1)
  return found
}

/** The relay's end of a link. */
export class TestRelay {
  readonly wire: Wire
  readonly received: DownMessage[] = []
  readonly #receiver = createReceiver()
  readonly #credit = new Map<Lane, number>()

  constructor(wire: Wire) {
    this.wire = wire
  }

  static async dial(relay: RelayId): Promise<TestRelay> {
    const response = await exports.default.fetch(`${origin}${paths.link(relay)}`, { headers: { upgrade: 'websocket' } })
    if (response.webSocket === null) throw new Error(`no socket: ${response.status}`)
    return new TestRelay(new Wire(response.webSocket))
  }

  /** The next message of a type; what came before it is skipped. */
  async next<T extends DownMessage['type']>(type: T): Promise<Extract<DownMessage, { type: T }>> {
    return this.wire.until(() => {
      this.read()
      return takeFirst(this.received, type)
    })
  }

  send(message: UpMessage, lane: Lane = 'control'): void {
    this.sendBytes(encodeMessage(message), lane)
  }

  sendBytes(payload: Uint8Array, lane: Lane): void {
    for (const chunk of chunksOf(lane, payload)) this.wire.ws.send(chunk)
  }

  async prove(key: Key, enrolled: Enrolled, instance = 'box-1'): Promise<void> {
    const { nonce } = await this.next('challenge')
    const proof = linkProof({ control: enrolled.control, relay: enrolled.relay, nonce, instance })
    const signature = toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', key.pair.privateKey, proof)))
    this.send({ type: 'prove', relay: enrolled.relay, signature, instance })
  }

  hello(epoch = 1, term: number | null = 0, cohorts: readonly number[] = [0]): void {
    this.send({
      type: 'hello',
      versions,
      software: 'test 1',
      epoch,
      allowed: ['reboot', 'locate', 'setPools'],
      now: Date.now(),
      clock: 'plausible' as const,
      term,
      demo: false,
      pollEveryMs: 30_000,
      cohorts: cohorts.map(cohort => ({ cohort, slots: 8 })),
    })
  }

  result(result: CommandResult, at: { epoch: number; seq: number }): void {
    this.events([{ type: 'result', result }], at)
  }

  events(bodies: readonly unknown[], { epoch, seq }: { epoch: number; seq: number }): void {
    const events = bodies.map((body, index) => ({ epoch, seq: seq + index, at: 1_790_000_000_000, body }))
    this.send({ type: 'events', events }, 'events')
  }

  frames(kind: 'beat' | 'live', frame: Uint8Array): void {
    for (const message of packMessages(kind, [frame], deflateRawSync)) this.sendBytes(message, 'live')
  }

  /** Minutes of one cohort, in one message, as a relay sends what control missed. */
  history(minutes: readonly Uint8Array[]): void {
    for (const message of packMessages('history', minutes, deflateRawSync)) this.sendBytes(message, 'backfill')
  }

  /** Bytes that were granted back on a lane. */
  credited(lane: Lane): number {
    return this.#credit.get(lane) ?? 0
  }

  read(): void {
    for (const chunk of this.wire.inbox.splice(0)) {
      if (typeof chunk === 'string') throw new Error('text on a link')
      const received = this.#receiver.push(chunk)
      if (received.kind === 'error') throw new Error(received.close)
      if (received.kind !== 'message' || !isJson(received.payload)) continue
      const bytes = this.#receiver.creditFor(received)
      if (bytes > 0) this.send({ type: 'credit', lane: received.lane, bytes })
      const decoded = decodeDown(received.payload)
      if (!decoded.ok) throw new Error(decoded.error)
      const { message } = decoded
      if (message.type !== 'credit') this.received.push(message)
      else this.#credit.set(message.lane, this.credited(message.lane) + message.bytes)
    }
  }
}

export interface Linked {
  readonly key: Key
  readonly enrolled: Enrolled
  readonly relay: TestRelay
  readonly welcome: Welcome
  readonly leader: CohortLeader
  readonly table: LiveTable
}

/** Enrols and links a relay with one cohort of eight slots. */
export async function linkRelay(options: { code?: string; instance?: string } = {}): Promise<Linked> {
  const key = await newKey()
  const enrolled = await enrolRelay(key, options)
  const { relay, welcome } = await relink(key, enrolled, options.instance)
  const leader = createLeader({ relay: enrolled.relay, epoch: 1, cohort: 0 })
  return { key, enrolled, relay, welcome, leader, table: createTable(8) }
}

export async function relink(
  key: Key,
  enrolled: Enrolled,
  instance = 'box-1',
): Promise<{ relay: TestRelay; welcome: Welcome }> {
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(key, enrolled, instance)
  relay.hello()
  return { relay, welcome: await relay.next('welcome') }
}

export function minerAt(slot: number, change: Partial<MinerInfo> = {}): MinerInfo {
  const unknown = { make: null, firmware: null, firmwareVersion: null, mac: null, serial: null, hostname: null }
  const known = { model: 'S19', address: `127.0.0.${slot + 1}`, driver: 'antminer-stock', algorithm: 'SHA-256' }
  return {
    id: minerId.parse(`miner_AAAAAAAAAAAA${String(slot).padStart(6, '0')}`),
    cohort: 0,
    slot: slot % 4096,
    ...known,
    ...unknown,
    nameplateHashrateHs: 95e12,
    pools: [],
    commands: ['reboot', 'locate'],
    faultLight: null,
    addedAt: 1_790_000_000_000,
    ...change,
  }
}
