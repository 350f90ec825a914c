import {
  chunksOf,
  closes,
  createReceiver,
  decodeDown,
  encodeMessage,
  linkProof,
  relayId,
  versions,
  type DownMessage,
  type EventEnvelope,
  type UpMessage,
} from '@headframe/protocol'
import type { ActorCode } from '../actor/code.ts'
import { createActorHost, type ActorHost } from '../actor/host.ts'
import { boxKeyOf, type BoxKey } from '../relay/box.ts'
import { controlOf } from '../relay/enrolment.ts'
import { createChance } from '../world/chance.ts'
import { createTimeline } from '../world/timeline.ts'

type Violated = (rule: string, text: string) => void
type Hello = Extract<UpMessage, { type: 'hello' }>

const control = controlOf('byhand')
const epoch = 1_790_000_000_000

interface Linked {
  readonly say: (message: UpMessage) => Promise<void>
  readonly heard: readonly DownMessage[]
  /** 0 while it is open. */
  readonly closed: () => number
}

interface World {
  readonly host: ActorHost
  readonly link: (relay: string, boxes: readonly BoxKey[], speaks: BoxKey) => Promise<Linked>
}

function createWorld(code: ActorCode, violated: Violated): World {
  const timeline = createTimeline()
  const failed = (error: unknown) => violated('X2', `a control by itself fell over ${String(error)}`)
  const owner = { alive: () => true, failed }
  const host = createActorHost({
    name: 'control by itself',
    code,
    timeline,
    chance: createChance(1),
    faults: { before: () => 'go', after: () => {} },
    dies: () => false,
    wallAt: ms => epoch + ms,
    committed: () => {},
    crashed: () => {},
    violated,
    threw: failed,
  })
  const passTime = async () => {
    const until = timeline.now() + 3000
    timeline.after(3000, () => {}, owner)
    while (timeline.now() < until) await timeline.step()
  }
  return {
    host,
    link: async (name, boxes, { instance, sign }) => {
      const relay = relayId.parse(name)
      const heard: DownMessage[] = []
      const receiver = createReceiver()
      const grant = { relay, org: 'org_SIMULATED00001', control, nonce: 'nonce', boxes: boxes.map(keyIn) }
      let closed = 0
      const message = (data: string | Uint8Array<ArrayBuffer>) => {
        const received = typeof data === 'string' ? null : receiver.push(data)
        const decoded = received?.kind === 'message' ? decodeDown(received.payload) : null
        if (decoded?.ok) heard.push(decoded.message)
      }
      const end = (code: number) => {
        closed = code
      }
      const line = host.connect('link', { owner, message, closed: end }, grant)
      const say = async (said: UpMessage) => {
        for (const chunk of chunksOf('control', encodeMessage(said))) line?.send('client', chunk)
        await passTime()
      }
      await passTime()
      const signature = sign(linkProof({ control, relay, nonce: 'nonce', instance }))
      await say({ type: 'prove', relay, signature, instance })
      return { say, heard, closed: () => closed }
    },
  }
}

const keyIn = ({ name, publicKey, instance }: BoxKey) => ({ name, publicKey, instance })

const helloOf = (term: Hello['term']): Hello => ({
  type: 'hello',
  versions,
  software: 'by hand',
  epoch: 1,
  allowed: [],
  now: epoch,
  clock: 'plausible',
  term,
  demo: false,
  pollEveryMs: 30_000,
  cohorts: [],
})

/** What a control makes of relays that do what no relay of ours does, or seldom. */
export async function tryRelays(code: ActorCode, violated: Violated): Promise<void> {
  const world = createWorld(code, violated)
  const [one, other] = [boxKeyOf(1), boxKeyOf(2)]
  for (const id of ['relay_BYHAND00000001', 'relay_BYHAND00000002'])
    world.host.turn(site => site.addRelay({ id: relayId.parse(id), name: id }))
  await marksGaps(world, one, violated)
  await judgesTerms(world, [one, other], violated)
}

/** Events that a relay has lost leave a gap that is marked [S5]; one that is told again changes nothing [S2]. */
async function marksGaps({ host, link }: World, box: BoxKey, violated: Violated): Promise<void> {
  const { say, heard, closed } = await link('relay_BYHAND00000001', [box], box)
  await say(helloOf(0))
  const note = (seq: number): EventEnvelope => ({
    epoch: 1,
    seq,
    at: epoch,
    body: { type: 'note', level: 'info', code: 'told', text: `${seq}` },
  })
  // Looked at by the rules of its socket.
  await say({ type: 'credit', lane: 'control', bytes: 1000 })
  await say({ type: 'events', events: [note(1)] })
  await say({ type: 'events', events: [note(1), note(5), note(6)] })
  await say({ type: 'events', events: [note(6), note(2)] })
  const rows = (query: string) => JSON.stringify(host.disk().exec(query).toArray())
  const gaps = rows('SELECT epoch, fromSeq, toSeq FROM gap')
  if (gaps !== '[{"epoch":1,"fromSeq":2,"toSeq":4}]') violated('S5', `gaps are marked as ${gaps}`)
  const notes = rows('SELECT seq FROM note ORDER BY seq')
  if (notes !== '[{"seq":1},{"seq":5},{"seq":6}]') violated('S2', `noted are ${notes}`)
  const said = heard.flatMap(message => (message.type === 'durable' && message.events ? message.events.seq : []))
  if (said.join() !== '1,6,6' || closed() !== 0) violated('S1', `durable is said up to ${said.join()}, ${closed()}`)
}

/** A box of two speaks under its term, and under no older one [S4]. */
async function judgesTerms({ link }: World, boxes: readonly [BoxKey, BoxKey], violated: Violated): Promise<void> {
  const greet = async (box: BoxKey, term: Hello['term']) => {
    const linked = await link('relay_BYHAND00000002', boxes, box)
    await linked.say(helloOf(term))
    return linked
  }
  const [one, other] = boxes
  const speaks = await greet(one, 5)
  const expect = (what: string, is: number, should: number) => {
    if (is !== should) violated('S4', `${what} is closed with ${is} instead of ${should}`)
  }
  expect('a box with a term', speaks.closed(), 0)
  expect('one that is not of a pair', (await greet(other, 0)).closed(), closes.notOfPair.code)
  expect('one with an older term', (await greet(other, 4)).closed(), closes.notHolder.code)
  expect('one with the term of another', (await greet(other, 5)).closed(), closes.notHolder.code)
  expect('one that stands by', (await greet(other, null)).closed(), 0)
  expect('a box beside one that stands by', speaks.closed(), 0)
  expect('one with a later term', (await greet(other, 6)).closed(), 0)
  expect('the box of before', speaks.closed(), closes.notHolder.code)
}
