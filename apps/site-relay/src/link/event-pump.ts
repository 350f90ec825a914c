import { encodeMessage, type Cursor, type EventEnvelope } from '@headframe/protocol'
import type { Journal } from '../store/journal.ts'

/** Sends events of the journal in order, as far as the lane takes them [S3]. What was sent stays in the journal until it is durable [S1]. */
export interface EventPump {
  readonly pump: () => void
}

export interface EventPumpDeps {
  readonly journal: Pick<Journal, 'read'>
  /** Where the other side is. */
  readonly from: Cursor
  readonly queuedBytes: () => number
  readonly send: (payload: Uint8Array<ArrayBuffer>) => boolean
}

/** As much is queued as keeps the line busy; the rest waits on disk. */
const aheadBytes = 128 * 1024
const eventsAtOnce = 200
const messageBytes = 128 * 1024

export function createEventPump({ journal, from, queuedBytes, send }: EventPumpDeps): EventPump {
  let sent = from
  return {
    pump: () => {
      while (queuedBytes() < aheadBytes) {
        const events = fitting(journal.read(sent, eventsAtOnce))
        const last = events.at(-1)
        if (!last || !send(encodeMessage({ type: 'events', events }))) return
        sent = { epoch: last.epoch, seq: last.seq }
      }
    },
  }
}

/** The first events that make one message together; at least one. */
function fitting(events: readonly EventEnvelope[]): EventEnvelope[] {
  let bytes = 0
  const end = events.findIndex((event, index) => {
    bytes += JSON.stringify(event).length * 2
    return index > 0 && bytes > messageBytes
  })
  return end === -1 ? [...events] : events.slice(0, end)
}
