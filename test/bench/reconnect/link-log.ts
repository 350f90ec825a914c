import { inflateRawSync } from 'node:zlib'
import {
  createReceiver,
  decodeDown,
  decodeFrame,
  isFrameKind,
  isJson,
  isKeyframe,
  openPacked,
  splitFrames,
  type Receiver,
} from '@headframe/protocol'
import type { OpenWire } from '../../../apps/site-relay/src/link/wire.ts'

/** What passed on the wires of many relays: counted from outside, whatever the relays believe. */
export interface LinkLog {
  /** When each dial began. */
  readonly dials: number[]
  /** When each relay was last welcome, and had its first beat acknowledged after that. */
  readonly welcomes: Map<string, number>
  readonly beats: Map<string, number>
  keyframes: number
  bytesUp: number
}

export const emptyLog = (): LinkLog => ({
  dials: [],
  welcomes: new Map(),
  beats: new Map(),
  keyframes: 0,
  bytesUp: 0,
})

/** Opens wires as `open` does, and writes down what passes on those of one relay. */
export function logged(open: OpenWire, relay: string, log: () => LinkLog): OpenWire {
  return (url, events) => {
    log().dials.push(performance.now())
    const [up, down] = [createReceiver(), createReceiver()]
    const wire = open(url, {
      ...events,
      chunk: bytes => {
        hear(payloadOf(down, bytes), relay, log())
        events.chunk(bytes)
      },
    })
    const send: typeof wire.send = (chunk, sent) => {
      log().bytesUp += chunk.length
      log().keyframes += keyframesIn(payloadOf(up, chunk))
      wire.send(chunk, sent)
    }
    return { ...wire, send }
  }
}

function payloadOf(receiver: Receiver, chunk: Uint8Array): Uint8Array | null {
  const received = receiver.push(chunk)
  if (received.kind !== 'message') return null
  receiver.creditFor(received)
  return received.payload
}

function hear(payload: Uint8Array | null, relay: string, log: LinkLog): void {
  const decoded = payload && isJson(payload) ? decodeDown(payload) : null
  if (!decoded?.ok) return
  const { message } = decoded
  if (message.type === 'welcome') {
    log.welcomes.set(relay, performance.now())
    log.beats.delete(relay)
  }
  const live = message.type === 'durable' && (message.beats?.length ?? 0) > 0
  if (live && !log.beats.has(relay)) log.beats.set(relay, performance.now())
}

function keyframesIn(payload: Uint8Array | null): number {
  if (!payload || isJson(payload)) return 0
  const opened = openPacked(payload)
  if (!opened.ok || !isFrameKind(opened.kind)) return 0
  const split = splitFrames(inflateRawSync(opened.deflated))
  if (!split.ok) return 0
  return split.frames.filter(bytes => {
    const decoded = decodeFrame(bytes)
    return decoded.ok && isKeyframe(decoded.frame)
  }).length
}
