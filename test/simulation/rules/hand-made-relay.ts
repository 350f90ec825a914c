import {
  closes,
  columns,
  commandId,
  createLeader,
  createTable,
  packFrames,
  relayId,
  writeCell,
  type CommandId,
  type EventEnvelope,
} from '@headframe/protocol'
import { deflateRawSync } from 'node:zlib'
import { anInfo } from '../../../apps/site-relay/src/fleet/builders.ts'
import type { ActorCode } from '../actor/code.ts'
import { boxKeyOf, type BoxKey } from '../relay/box.ts'
import { person } from '../site.ts'
import { createHandMadeWorld, helloOf, startMs, type HandMadeWorld, type Violated } from './hand-made-world.ts'

const relayOf = (n: number) => `relay_BYHAND0000000${n}`

/** What a control makes of relays that do what no relay of ours does, or seldom. */
export async function tryRelays(code: ActorCode, violated: Violated): Promise<void> {
  const world = createHandMadeWorld(code, violated)
  const [one, other] = [boxKeyOf(1), boxKeyOf(2)]
  for (const n of [1, 2, 3, 4]) world.addRelay(relayOf(n))
  await marksGaps(world, one, violated)
  await judgesTerms(world, [one, other], violated)
  await keepsThePast(world, one, violated)
  await keepsTheOrder(world, one, violated)
}

/** Events that a relay has lost leave a gap that is marked [S5]; one that is told again changes nothing [S2]. */
async function marksGaps({ host, link }: HandMadeWorld, box: BoxKey, violated: Violated): Promise<void> {
  const { say, heard, closed } = await link(relayOf(1), [box], box)
  await say(helloOf(0))
  const note = (seq: number): EventEnvelope => ({
    epoch: 1,
    seq,
    at: startMs,
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
async function judgesTerms(
  { link }: HandMadeWorld,
  boxes: readonly [BoxKey, BoxKey],
  violated: Violated,
): Promise<void> {
  const greet = async (box: BoxKey, term: number | null) => {
    const linked = await link(relayOf(2), boxes, box)
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

/** What comes late of the past is on disk when that is said: as it came, and its minutes for charts [S1]. */
async function keepsThePast({ host, link }: HandMadeWorld, box: BoxKey, violated: Violated): Promise<void> {
  const { say, heard } = await link(relayOf(3), [box], box)
  await say(helloOf(0))
  const table = createTable(2)
  writeCell(table, { column: columns.chipTempC, slot: 0, value: 60 })
  const leader = createLeader({ relay: relayId.parse(relayOf(3)), epoch: 1, cohort: 0 })
  const [from, through] = [startMs - 600_000, startMs - 540_000].map(at => ({ epoch: 1, at }))
  const frame = through && leader.beat(table, through.at)
  if (!from || !through || !frame) throw new Error('no frame of the past')
  await say(packFrames('history', [frame], deflateRawSync))
  await say({ type: 'history', from, through, gap: null })
  const count = (table: string) => Number(host.disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
  const isSaid = heard.some(message => message.type === 'durable' && message.history?.at === through.at)
  if (!isSaid || count('backfill') !== 1 || count('backfill_minute') !== 1)
    violated('S1', `of a minute of the past ${count('backfill')} rows are kept, and durable is said: ${isSaid}`)
}

/** Commands reach a relay in the order in which they were asked, also when those that were sent before do not fit [S3]. */
async function keepsTheOrder({ host, link, passTime }: HandMadeWorld, box: BoxKey, violated: Violated): Promise<void> {
  const miner = anInfo()
  const asked: CommandId[] = []
  const ask = (user: string) => {
    const id = commandId.parse(`cmd_${String(asked.length).padStart(16, '0')}`)
    asked.push(id)
    const pool = { url: 'stratum+tcp://pool.example:3333', user }
    const command = { kind: 'setPools' as const, pools: [pool, pool, pool] }
    const miners = [{ id, miner: miner.id }]
    host.turn(site => site.ask({ command, miners, ttlMs: 3_600_000, person, byName: 'Ada' }))
  }
  const grant = { type: 'credit', lane: 'control', bytes: 200_000 } as const
  const before = await link(relayOf(4), [box], box)
  await before.say(helloOf(0))
  const told: EventEnvelope = { epoch: 1, seq: 1, at: startMs, body: { type: 'miner', miner } }
  await before.say({ type: 'events', events: [told] })
  // Three times 256 characters of six bytes: 100 of them are more than a relay takes at once.
  while (asked.length < 100) ask('\u0001'.repeat(256))
  await before.say(grant)
  await passTime(60_000)
  const { say, heard } = await link(relayOf(4), [box], box)
  await say(helloOf(0))
  ask('short')
  await say(grant)
  await passTime(60_000)
  const came = heard.flatMap(message => (message.type === 'command' ? message.order.id : []))
  const wrong = came.findIndex((id, index) => id !== asked[index])
  if (wrong >= 0 || came.length !== asked.length)
    violated('S3', `of ${asked.length} commands ${came.length} came, the first out of order is ${wrong}`)
}
