import {
  createReceiver,
  createSender,
  decodeDown,
  encodeMessage,
  linkProof,
  type CloseName,
  type ControlId,
  type DownMessage,
  type Lane,
  type ReceivedMessage,
  type RelayId,
  type Sender,
  type UpMessage,
} from '@headframe/protocol'

/** The protocol of one connection, from the challenge on. Sockets and timers are the caller's. */
export interface Session {
  readonly onChunk: (chunk: Uint8Array) => void
  /** The socket has room again. */
  readonly pump: () => void
  /** False when the lane is full: nothing was taken. */
  readonly send: (lane: Lane, message: UpMessage) => boolean
  readonly sendFrames: (payload: Uint8Array<ArrayBuffer>) => boolean
  readonly sendEvents: (payload: Uint8Array<ArrayBuffer>) => boolean
  readonly sendHistory: (payload: Uint8Array<ArrayBuffer>) => boolean
  readonly queued: Sender['queued']
}

export interface SessionDeps {
  readonly control: ControlId
  readonly relay: RelayId
  readonly instance: string
  readonly sign: (message: Uint8Array) => string
  readonly hello: () => Extract<UpMessage, { type: 'hello' }>
  readonly write: (chunk: Uint8Array<ArrayBuffer>) => void
  readonly ready: () => boolean
  readonly close: (why: CloseName, text: string) => void
  /** All that control says after the challenge, credit aside. Nothing arrives before its `welcome`. */
  readonly onMessage: (message: Exclude<DownMessage, { type: 'challenge' | 'credit' }>) => void
}

/** A lane holds at most this much of ours; what is more waits where it came from [S7]. */
const queueLimitBytes = 512 * 1024

export function createSession(deps: SessionDeps): Session {
  const receiver = createReceiver()
  const sender = createSender({ write: deps.write, ready: deps.ready, queueLimitBytes })
  let stage: 'start' | 'proven' | 'open' = 'start'

  function handle(message: DownMessage): void {
    if (message.type === 'credit') return sender.grant(message.lane, message.bytes)
    if (message.type === 'challenge') return prove(message)
    if (stage === 'start' || (stage === 'proven') !== (message.type === 'welcome')) {
      return deps.close('badMessage', `${message.type} out of turn`)
    }
    stage = 'open'
    deps.onMessage(message)
  }

  function prove({ control, nonce }: Extract<DownMessage, { type: 'challenge' }>): void {
    if (stage !== 'start') return deps.close('badMessage', 'a second challenge')
    if (control !== deps.control) return deps.close('unproven', 'another control answers at this address')
    stage = 'proven'
    const { relay, instance } = deps
    const signature = deps.sign(linkProof({ control, relay, nonce, instance }))
    sender.send('control', encodeMessage({ type: 'prove', relay, signature, instance }))
    sender.send('control', encodeMessage(deps.hello()))
  }

  function take(received: ReceivedMessage): void {
    const decoded = decodeDown(received.payload)
    if (!decoded.ok) return deps.close('badMessage', decoded.error)
    handle(decoded.message)
    sender.sendCredit(received.lane, receiver.creditFor(received))
  }

  return {
    onChunk: chunk => {
      const received = receiver.push(chunk)
      if (received.kind === 'error') deps.close(received.close, 'chunks out of order')
      else if (received.kind === 'message') take(received)
    },
    pump: () => sender.pump(),
    send: (lane, message) => sender.send(lane, encodeMessage(message)),
    sendFrames: payload => sender.send('live', payload),
    sendEvents: payload => sender.send('events', payload),
    sendHistory: payload => sender.send('backfill', payload),
    queued: lane => sender.queued(lane),
  }
}
