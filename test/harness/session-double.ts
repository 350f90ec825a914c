import { deflateRawSync } from 'node:zlib'
import {
  closes,
  columns,
  createLeader,
  createTable,
  decodeFrame,
  packMessages,
  paths,
  reencodeFrame,
  writeCell,
  type DownMessage,
  type Enrolled,
} from '@headframe/protocol'
import type { Keys } from '../../apps/site-relay/src/keys/keys.ts'
import { createSession, type Session } from '../../apps/site-relay/src/link/session.ts'
import type { OpenWire } from '../../apps/site-relay/src/link/wire.ts'
import { createNoisySite } from '../../packages/protocol/src/live/noisy-site.fixture.ts'
import { madeUpHello } from './relay-double.ts'

type Told = Exclude<DownMessage, { type: 'challenge' | 'credit' }>
type Messages = readonly Uint8Array<ArrayBuffer>[]

/** A relay with the real session and the real codec, whose miners are made up. */
export interface SessionDouble extends Disposable {
  /** The beat of another minute of all miners, packed. They have to be sent in order. */
  readonly nextBeat: () => Messages
  /** Sends a beat; from then until the last of it is acknowledged as durable, in ms. */
  readonly beat: (messages: Messages) => Promise<number>
  /** Sends a second of live readings, after the first beat. */
  readonly live: () => void
  /** Says nothing, durably: what a message and its answer take, in ms. */
  readonly nothing: () => Promise<number>
}

interface DoubleSpec {
  readonly url: string
  readonly enrolled: Enrolled
  readonly keys: Keys
  readonly miners: number
  readonly openWire: OpenWire
}

export async function startSessionDouble(spec: DoubleSpec): Promise<SessionDouble> {
  const { enrolled, miners } = spec
  const site = createNoisySite(miners)
  const seconds = liveSeconds(spec)
  const { session, until, close } = await openSession(spec)
  const timed = async (send: () => void, isOver: (message: Told) => boolean) => {
    const over = until(isOver)
    const startedAt = performance.now()
    send()
    await over
    return performance.now() - startedAt
  }
  return {
    nextBeat: () => packed('beat', [...site.minute().frames.map(frame => ofRelay(frame, enrolled)), seconds.beat()]),
    beat: async messages => {
      let left = messages.length
      const isOver = (message: Told) => message.type === 'durable' && message.beats !== undefined && --left === 0
      return timed(() => messages.forEach(message => session.sendFrames(message)), isOver)
    },
    live: () => packed('live', seconds.live()).forEach(message => session.sendFrames(message)),
    nothing: () =>
      timed(
        () => session.send('events', { type: 'events', events: [] }),
        message => message.type === 'durable' && message.events !== undefined,
      ),
    [Symbol.dispose]: close,
  }
}

const packed = (kind: 'beat' | 'live', frames: readonly Uint8Array[]) =>
  packMessages(kind, frames, each => deflateRawSync(each))

function ofRelay(bytes: Uint8Array, { relay }: Enrolled): Uint8Array {
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) throw new Error(decoded.error.text)
  return reencodeFrame({ ...decoded.frame, header: { ...decoded.frame.header, relay } })
}

/** A cohort of its own, beside those of the made up site: as many rows as are read in a second at two polls a minute. */
function liveSeconds({ enrolled, miners }: DoubleSpec) {
  const table = createTable(Math.ceil(miners / 30))
  const leader = createLeader({ relay: enrolled.relay, epoch: 1, cohort: 1000 })
  let [second, lastBeatSeq] = [0, 0]
  return {
    beat(): Uint8Array {
      // The one before is on disk: nobody asks for another beat before that.
      leader.acked({ epoch: 1, seq: lastBeatSeq })
      const frame = leader.beat(table, Date.now()) ?? new Uint8Array()
      const decoded = decodeFrame(frame)
      if (decoded.ok) lastBeatSeq = decoded.frame.header.seq
      return frame
    },
    live(): Uint8Array[] {
      second += 1
      for (let slot = 0; slot < table.slots; slot++) {
        writeCell(table, { column: columns.chipTempC, slot, value: 60 + ((slot * 7 + second * 13) % 20) })
        writeCell(table, { column: columns.accepted, slot, value: second })
        writeCell(table, { column: columns.observedAt, slot, value: Date.now() + second * 1000 })
      }
      const frame = leader.live(table, Date.now())
      return frame ? [frame] : []
    },
  }
}

interface OpenSession {
  readonly session: Session
  readonly until: (isIt: (message: Told) => boolean) => Promise<void>
  readonly close: () => void
}

async function openSession({ url, enrolled, keys, openWire }: DoubleSpec): Promise<OpenSession> {
  let look: (message: Told) => void = () => {}
  let fail: (error: Error) => void = () => {}
  const until = (isIt: (message: Told) => boolean) =>
    new Promise<void>((resolve, reject) => {
      fail = reject
      look = message => isIt(message) && resolve()
    })
  const welcome = until(message => message.type === 'welcome')
  const wire = openWire(new URL(url.replace('http', 'ws') + paths.link(enrolled.relay)), {
    opened: () => {},
    failed: text => fail(new Error(text)),
    closed: (code, reason) => fail(new Error(`control closed the link: ${code} ${reason}`)),
    pong: () => {},
    chunk: chunk => session.onChunk(chunk),
  })
  const session = createSession({
    control: enrolled.control,
    relay: enrolled.relay,
    instance: keys.instance,
    sign: keys.sign,
    hello: () => madeUpHello([]),
    write: chunk => wire.send(chunk, () => session.pump()),
    ready: () => wire.isOpen(),
    close: (why, text) => {
      wire.close(closes[why].code, text)
      fail(new Error(`${why}: ${text}`))
    },
    onMessage: message => look(message),
  })
  await welcome
  return { session, until, close: () => wire.terminate() }
}
