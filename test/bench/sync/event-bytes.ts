import { encodeMessage, type EventBody } from '@headframe/protocol'
import { anInfo } from '../../../apps/site-relay/src/fleet/builders.ts'
import { anOrder } from '../../../apps/site-relay/src/store/builders.ts'

const done = { kind: 'done', code: null, text: 'The light blinks.', observed: { blinking: true } } as const

/** Bytes of one event of each kind that there are many of, in a message of its own. */
export function eventBytes() {
  const bytesOf = (body: EventBody) =>
    encodeMessage({ type: 'events', events: [{ epoch: 1_790_812_800_000, seq: 12_345, at: 1_790_812_800_000, body }] })
      .length
  const { id, miner } = anOrder()
  return {
    miner: bytesOf({ type: 'miner', miner: anInfo() }),
    result: bytesOf({
      type: 'result',
      result: { id, miner, outcome: done, startedAt: 1_790_812_800_000, endedAt: 1_790_812_801_000 },
    }),
  }
}
