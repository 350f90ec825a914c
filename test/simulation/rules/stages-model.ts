import { closes, commandId, encodeText, type CloseName, type CommandResult, type UpMessage } from '@headframe/protocol'
import { aReading, idOf } from '../../../apps/site-relay/src/fleet/builders.ts'
import type { ActorCode } from '../actor/code.ts'
import { boxKeyOf } from '../relay/box.ts'
import { createHandMadeWorld, helloOf, proofOf, startMs } from './hand-made-world.ts'
import type { HandMadeLink, HandMadeWorld, Violated } from './hand-made-world.ts'

/** How far a link came: it proved nothing, it proved a key, it greeted as one that stands by, or as one that speaks. */
const stages = ['challenged', 'proven', 'standby', 'linked'] as const
type Stage = (typeof stages)[number]
/** What something is closed with at each stage; null where it is not. */
type Closed = readonly [challenged: CloseName | null, proven: CloseName | null, CloseName | null, CloseName | null]
type Said<T extends UpMessage | Uint8Array = UpMessage | Uint8Array> = readonly [T, Closed]

const relay = 'relay_BYHAND00000001'
const [speaker, other, stranger] = [boxKeyOf(1), boxKeyOf(2), boxKeyOf(3)]
const boxes = [speaker, other]

const id = commandId.parse('cmd_0000000000000001')
const moment = { epoch: 1, at: startMs }
const outcome: CommandResult['outcome'] = { kind: 'done', code: null, text: '', observed: {} }
const result: CommandResult = { id, miner: idOf(1), outcome, startedAt: startMs, endedAt: startMs }

const greets: Closed = ['unproven', null, 'badMessage', 'badMessage']
const ofEach: Closed = ['unproven', 'badMessage', null, null]
const ofSpeaker: Closed = ['unproven', 'badMessage', 'notHolder', null]
const never: Closed = ['badMessage', 'badMessage', 'badMessage', 'badMessage']
const proofThatIs = (first: CloseName | null): Closed => [first, 'badMessage', 'badMessage', 'badMessage']

/** One of each, as a relay says it. */
const messages: { readonly [Type in UpMessage['type']]: Said<Extract<UpMessage, { type: Type }>> } = {
  prove: [proofOf(relay, other), proofThatIs(null)],
  hello: [helloOf(null), greets],
  credit: [{ type: 'credit', lane: 'control', bytes: 1000 }, ofEach],
  events: [{ type: 'events', events: [] }, ofEach],
  lease: [{ type: 'lease', id: 1, release: false, run: 1, term: 5, holds: false }, ofEach],
  pull: [{ type: 'pull', after: { revision: 0, miner: null } }, ofEach],
  accepted: [{ type: 'accepted', id }, ofSpeaker],
  declined: [{ type: 'declined', result }, ofSpeaker],
  detail: [{ type: 'detail', reading: aReading(), miner: idOf(1) }, ofSpeaker],
  answer: [{ type: 'answer', viewer: '', id: 1, answer: { kind: 'reading', reading: null } }, ofSpeaker],
  tail: [{ type: 'tail', viewer: '', messages: [], skipped: 0 }, ofSpeaker],
  status: [
    { type: 'status', status: { latePolls: 0, disk: 'ok', clock: 'plausible', historyFromAt: null } },
    ofSpeaker,
  ],
  history: [{ type: 'history', from: moment, through: moment, gap: 'stopped' }, ofSpeaker],
}

const passing: Closed = ['badMessage', 'badMessage', 'badMessage', null]

/** What no relay of ours says. */
const strange: Readonly<Record<string, Said>> = {
  'a proof of a stranger': [proofOf(relay, stranger), proofThatIs('unproven')],
  'a proof of another relay': [proofOf('relay_BYHAND00000002', other), proofThatIs('unproven')],
  'a proof of another machine': [proofOf(relay, other, 'instance-9'), proofThatIs('duplicateKey')],
  'what is no JSON': [encodeText('{'), never],
  'what has no type': [encodeText('{}'), never],
  'a type of next year': [encodeText('{"type":"next-year"}'), never],
  'events that are none': [encodeText('{"type":"events"}'), never],
  'a detail that is none': [encodeText('{"type":"detail"}'), passing],
  'an answer that is none': [encodeText('{"type":"answer"}'), passing],
  'a tail that is none': [encodeText('{"type":"tail"}'), passing],
  'frames that are none': [Uint8Array.of(1, 1, 9), ['unproven', 'unproven', 'notHolder', 'badMessage']],
  'bytes that are none': [Uint8Array.of(0), ['unproven', 'unproven', 'notHolder', 'badMessage']],
}

/** Whatever is said at whatever stage of a link: it is taken, or closed for what it is, and disturbs nobody [X2]. */
export async function tryStages(code: ActorCode, violated: Violated): Promise<void> {
  const world = createHandMadeWorld(code, violated)
  world.addRelay(relay)
  const { warn } = console
  let warnings = 0
  // The log of a worker.
  Object.assign(console, { warn: () => (warnings += 1) })
  const speaks = await reach(world, 'linked')
  for (const [index, stage] of stages.entries()) {
    for (const [what, [said, closed]] of Object.entries({ ...messages, ...strange })) {
      const link = await reach(world, stage)
      await link.say(said)
      const expected = closed[index] ? closes[closed[index]].code : 0
      if (link.closed() !== expected)
        violated('X2', `${what} on a link that is ${stage}: closed with ${link.closed()} instead of ${expected}`)
      if (stage !== 'linked' && speaks.closed() !== 0)
        violated('X2', `${what} of one that is ${stage} cuts off another`)
    }
  }
  Object.assign(console, { warn })
  // A detail, an answer and a tail of the one that speaks.
  if (warnings !== 3) violated('X2', `${warnings} messages are dropped and logged`)
}

async function reach({ dial, link }: HandMadeWorld, stage: Stage): Promise<HandMadeLink> {
  if (stage === 'challenged') return dial(relay, boxes)
  const linked = await link(relay, boxes, stage === 'linked' ? speaker : other)
  if (stage !== 'proven') await linked.say(helloOf(stage === 'linked' ? 5 : null))
  return linked
}
