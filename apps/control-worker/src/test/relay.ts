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
  packMessages,
  paths,
  versions,
  type CohortLeader,
  type CommandResult,
  type DownMessage,
  type Enrolled,
  type EventBody,
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
  const pair = (await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])) as CryptoKeyPair
  const raw = (await crypto.subtle.exportKey('raw', pair.publicKey)) as ArrayBuffer
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
      this.inbox.push(typeof event.data === 'string' ? event.data : new Uint8Array(event.data as ArrayBuffer))
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

/** The relay's end of a link. */
export class TestRelay {
  readonly wire: Wire
  readonly received: DownMessage[] = []
  readonly #receiver = createReceiver()

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
      this.#read()
      const index = this.received.findIndex(message => message.type === type)
      if (index < 0) return undefined
      const [message] = this.received.splice(0, index + 1).slice(-1)
      return message as Extract<DownMessage, { type: T }>
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

  hello(epoch = 1): void {
    this.send({
      type: 'hello',
      versions,
      software: 'test 1',
      epoch,
      allowed: ['reboot', 'locate', 'setPools'],
      demo: false,
      pollEveryMs: 30_000,
      cohorts: [{ cohort: 0, slots: 8 }],
    })
  }

  result(result: CommandResult, at: { epoch: number; seq: number }): void {
    this.events([{ type: 'result', result }], at)
  }

  events(bodies: readonly (EventBody | unknown)[], { epoch, seq }: { epoch: number; seq: number }): void {
    const events = bodies.map((body, index) => ({ epoch, seq: seq + index, at: 1_790_000_000_000, body }))
    this.send({ type: 'events', events }, 'events')
  }

  frames(kind: 'beat' | 'live', frame: Uint8Array): void {
    for (const message of packMessages(kind, [frame], deflateRawSync)) this.sendBytes(message, 'live')
  }

  #read(): void {
    for (const chunk of this.wire.inbox.splice(0)) {
      if (typeof chunk === 'string') throw new Error('text on a link')
      const received = this.#receiver.push(chunk)
      if (received.kind === 'error') throw new Error(received.close)
      if (received.kind !== 'message' || !isJson(received.payload)) continue
      const decoded = decodeDown(received.payload)
      if (!decoded.ok) throw new Error(decoded.error)
      this.received.push(decoded.message)
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
    id: `miner_AAAAAAAAAAAA${String(slot).padStart(4, '0')}` as MinerInfo['id'],
    cohort: 0,
    slot,
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
