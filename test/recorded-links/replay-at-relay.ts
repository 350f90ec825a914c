import { createReceiver, decodeUp, isJson, siteId, type UpMessage } from '@headframe/protocol'
import type { OpenWire, WireEvents } from '../../apps/site-relay/src/link/wire.ts'
import { boxKeyOf, createBox } from '../simulation/relay/box.ts'
import { createPark } from '../simulation/relay/miners.ts'
import { createChance } from '../simulation/world/chance.ts'
import { createTimeline, type Owner } from '../simulation/world/timeline.ts'
import { busyConnection, bytesOf, chunksFrom } from './messages.ts'
import type { Recording } from './recording.ts'

/** What the relay of today says to a control of old. */
export interface SaidByRelay {
  readonly said: readonly UpMessage[]
  readonly frames: number
  /** Codes with which the relay closed the connection. */
  readonly closed: readonly number[]
}

/**
 * Plays a connection of a recording from control's side, the first on which it asks for something. Its miners are others, so that its commands are
 * refused; that they are, each once, is what is asked for.
 */
export async function replayAtRelay(recorded: Recording): Promise<SaidByRelay> {
  const timeline = createTimeline()
  const chance = createChance(1)
  const always: Owner = {
    alive: () => true,
    failed: error => {
      throw error
    },
  }
  const heard: Heard = { said: [], frames: 0, closed: [] }
  const connection = busyConnection(recorded)
  const chunks = chunksFrom(recorded, 'control').filter(chunk => chunk.connection === connection)
  const beginMs = chunks[0]?.atMs ?? 0
  let opened = 0
  const openWire: OpenWire = (_url, events) => {
    // The first dial is that of an empty relay which asks for what control knows of it: nobody answers that.
    opened += 1
    if (opened === 2) play(events)
    return wireTo(opened === 2 ? heard : { said: [], frames: 0, closed: [] })
  }
  function play(events: WireEvents): void {
    timeline.after(0, events.opened, always)
    for (const chunk of chunks) timeline.after(1 + chunk.atMs - beginMs, () => events.chunk(bytesOf(chunk)), always)
  }
  const violated = (rule: string, text: string) => always.failed(new Error(`[${rule}] ${text}`))
  const { control, relay } = recorded
  const box = createBox({
    key: boxKeyOf(1),
    giver: null,
    timeline,
    chance,
    park: createPark(4, {
      chance,
      now: timeline.now,
      isForgotten: () => false,
      isJournaled: () => true,
      lastMoment: () => 0,
      violated,
    }),
    controls: [{ control, relay, url: 'http://recorded', site: siteOfRecording, enrolledAt: 1 }],
    policy: { controls: { [control]: { allow: ['locate', 'reboot'] } } },
    pollEveryMs: 10_000,
    wallAt: ms => recorded.startedAt + ms,
    faults: { before: () => 'go', after: () => {} },
    openWire: () => openWire,
    framed: () => {},
    started: () => {},
    crashed: () => {},
    trace: () => {},
    threw: always.failed,
  })
  box.start()
  const endMs = patienceMs + (chunks.at(-1)?.atMs ?? 0) - beginMs
  while (timeline.now() < endMs && (await timeline.step()));
  return heard
}

/** How long an empty relay waits for a control that knows it, and then some. */
const patienceMs = 15_000

const siteOfRecording = siteId.parse('site_RECORDED000001')

interface Heard {
  readonly said: UpMessage[]
  frames: number
  readonly closed: number[]
}

function wireTo(heard: Heard) {
  const receiver = createReceiver()
  return {
    send: (chunk: Uint8Array<ArrayBuffer>, sent: () => void) => {
      const received = receiver.push(chunk)
      if (received.kind === 'message') {
        receiver.creditFor(received)
        if (!isJson(received.payload)) heard.frames += 1
        else {
          const decoded = decodeUp(received.payload)
          if (!decoded.ok) throw new Error(decoded.error)
          heard.said.push(decoded.message)
        }
      }
      sent()
    },
    isOpen: () => true,
    bufferedBytes: () => 0,
    ping: () => {},
    close: (code: number) => void heard.closed.push(code),
    terminate: () => void heard.closed.push(1006),
  }
}
