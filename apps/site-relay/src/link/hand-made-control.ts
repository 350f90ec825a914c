import {
  createFollower,
  createReceiver,
  createSender,
  decodeFrame,
  decodeUp,
  encodeMessage,
  isJson,
  linkProof,
  isFrameKind,
  openPacked,
  splitFrames,
  type BeatCursor,
  type CohortFollower,
  type ControlId,
  type Cursor,
  type DownMessage,
  type EventEnvelope,
  type Moment,
  type Sender,
  type UpMessage,
} from '@headframe/protocol'
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { inflateRawSync } from 'node:zlib'
import { WebSocketServer, type WebSocket } from 'ws'
import { pastOf, type PastRows } from './past-rows.ts'

/** A control for tests of links: it holds what it is told in memory, and acknowledges when it is told to. */
export interface HandMadeControl {
  readonly url: string
  /** Everything that relays said, in order, but for frames and credit. */
  readonly said: UpMessage[]
  readonly events: EventEnvelope[]
  readonly followers: Map<number, CohortFollower>
  /** What it welcomes the next relay with. */
  welcomeWith: { events: Cursor; beats: BeatCursor[]; history: Moment | null }
  /** Messages of history, in order. */
  readonly past: PastRows[]
  /** While false, it takes nothing off its socket and grants nothing. */
  reading: boolean
  readonly connections: () => number
  /** True once the relay of the moment was welcomed. */
  readonly isUp: () => boolean
  readonly send: (message: DownMessage) => void
  /** Acknowledges all events and beats so far. */
  readonly acknowledge: () => void
  /** Ends all connections without a word. */
  readonly cut: () => void
  readonly closeWith: (code: number, reason: string) => void
  /** Waits until something that was said makes `seen` true. */
  readonly until: (seen: () => boolean) => Promise<void>
  readonly close: () => Promise<void>
}

export interface HandMadeOptions {
  readonly control: ControlId
  readonly publicKey: string
}

export async function startHandMadeControl(options: HandMadeOptions): Promise<HandMadeControl> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
  await once(server, 'listening')
  const address = server.address()
  const waiting = new Set<() => void>()
  let count = 0
  let current: Peer | null = null
  const control: HandMadeControl = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    said: [],
    events: [],
    followers: new Map(),
    welcomeWith: { events: { epoch: 0, seq: 0 }, beats: [], history: null },
    past: [],
    reading: true,
    connections: () => count,
    isUp: () => current?.isUp === true,
    send: message => void current?.sender.send('control', encodeMessage(message)),
    acknowledge: () => {
      const last = control.events.at(-1)
      control.welcomeWith = {
        events: last ? { epoch: last.epoch, seq: last.seq } : control.welcomeWith.events,
        beats: beatsOf(control),
        history: control.said.findLast(said => said.type === 'history')?.through ?? control.welcomeWith.history,
      }
      const { history, ...rest } = control.welcomeWith
      if (control.isUp()) control.send({ type: 'durable', ...rest, ...(history && { history }) })
    },
    cut: () => current?.socket.terminate(),
    closeWith: (code, reason) => current?.socket.close(code, reason),
    until: async seen => {
      while (!seen()) await new Promise<void>(resolve => waiting.add(resolve))
    },
    close: async () => {
      for (const socket of server.clients) socket.terminate()
      server.close()
      await once(server, 'close')
    },
  }
  const changed = () => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }
  server.on('connection', socket => {
    count += 1
    const sender = createSender({ write: chunk => socket.send(chunk), ready: () => true, queueLimitBytes: 2 ** 24 })
    const peer = { socket, sender, isUp: false }
    current = peer
    serve({ peer, control, options, changed })
    changed()
  })
  return control
}

interface Peer {
  readonly socket: WebSocket
  readonly sender: Sender
  isUp: boolean
}

interface Served {
  readonly peer: Peer
  readonly control: HandMadeControl
  readonly options: HandMadeOptions
  readonly changed: () => void
}

function serve({ peer, control, options, changed }: Served): void {
  const { socket, sender } = peer
  const receiver = createReceiver()
  const nonce = crypto.randomUUID()
  sender.send('control', encodeMessage({ type: 'challenge', control: options.control, nonce }))
  socket.on('message', data => {
    if (!control.reading) {
      socket.pause()
      return
    }
    if (!Buffer.isBuffer(data)) throw new Error('not a chunk')
    const received = receiver.push(data)
    if (received.kind === 'error') throw new Error(`a relay broke the protocol: ${received.close}`)
    if (received.kind === 'partial') return
    if (isJson(received.payload)) take(received.payload, { peer, control, options, nonce })
    else follow(control, received.payload)
    sender.sendCredit(received.lane, receiver.creditFor(received))
    changed()
  })
}

function take(
  payload: Uint8Array,
  { peer, control, options, nonce }: Omit<Served, 'changed'> & { nonce: string },
): void {
  const decoded = decodeUp(payload)
  if (!decoded.ok) throw new Error(decoded.error)
  const { message } = decoded
  if (message.type === 'credit') return peer.sender.grant(message.lane, message.bytes)
  control.said.push(message)
  if (message.type === 'events') control.events.push(...message.events)
  if (message.type === 'prove') checkProof(message, options, nonce)
  if (message.type === 'hello') {
    peer.isUp = true
    peer.sender.send('control', encodeMessage({ type: 'welcome', version: 1, now: 0, ...control.welcomeWith }))
  }
}

function checkProof(
  { relay, signature, instance }: Extract<UpMessage, { type: 'prove' }>,
  { control, publicKey }: HandMadeOptions,
  nonce: string,
): void {
  const x = Buffer.from(publicKey, 'base64').toString('base64url')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const proof = linkProof({ control, relay, nonce, instance })
  if (!verify(null, proof, key, Buffer.from(signature, 'base64'))) throw new Error('a wrong signature')
}

function follow(control: HandMadeControl, payload: Uint8Array): void {
  const opened = openPacked(payload)
  if (!opened.ok) throw new Error(opened.error.text)
  const split = splitFrames(inflateRawSync(opened.deflated))
  if (!split.ok) throw new Error(split.error.text)
  if (opened.kind === 'history') {
    control.past.push(pastOf(split.frames, payload.length))
    return
  }
  for (const bytes of split.frames) {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const { cohort } = decoded.frame.header
    const follower = control.followers.get(cohort) ?? createFollower()
    control.followers.set(cohort, follower)
    if (isFrameKind(opened.kind)) follower[opened.kind](decoded.frame)
  }
}

const beatsOf = (control: HandMadeControl): BeatCursor[] =>
  [...control.followers].flatMap(([cohort, { cursor }]) => (cursor ? [{ cohort, ...cursor }] : []))
