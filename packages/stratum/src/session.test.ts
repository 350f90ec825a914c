import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './lines.ts'
import { decodeMessage } from './message.ts'
import type { Direction } from './message.ts'
import { checkShare } from './share.ts'
import { newSession, step, workOf } from './session.ts'
import type { Fact, SessionState } from './session.ts'

type Said = readonly [Direction, unknown]

const miner = (id: number | null, method: string, ...params: unknown[]): Said => ['m2p', { id, method, params }]
const pool = (method: string, ...params: unknown[]): Said => ['p2m', { id: null, method, params }]
const answer = (id: number, result: unknown, error: unknown = null): Said => ['p2m', { id, result, error }]

/** One line every 10 ms. */
function run(said: readonly Said[], from: SessionState = newSession): { state: SessionState; facts: Fact[] } {
  return said.reduce<{ state: SessionState; facts: Fact[] }>(
    ({ state, facts }, [direction, line], index) => {
      const message = decodeMessage(new TextEncoder().encode(JSON.stringify(line)))
      const next = step(state, { direction, message, at: index * 10, seq: index })
      return { state: next.state, facts: [...facts, ...next.facts] }
    },
    { state: from, facts: [] },
  )
}

const notify = (id: string, clean = false) =>
  pool('mining.notify', id, '00'.repeat(32), '01', '02', [], '20000000', '1d00ffff', '5d10bc0a', clean)
const submit = (id: number, job: string) => miner(id, 'mining.submit', 'w', job, '00000000', '5d10bc0a', '00000001')
const subscribed = [miner(1, 'mining.subscribe', 'bmminer/2.0.0'), answer(1, [[], 'abcd', 4])]
const kinds = (facts: readonly Fact[]) => facts.map(fact => fact.kind)

test('learns agent, extranonce, mask and worker from the handshake', () => {
  const { state } = run([
    miner(1, 'mining.configure', ['version-rolling'], { 'version-rolling.mask': 'ffffffff' }),
    answer(1, { 'version-rolling': true, 'version-rolling.mask': '1fffe000' }),
    miner(2, 'mining.subscribe', 'bitaxe/BM1370/v2.4'),
    answer(2, [[['mining.notify', 's']], '4128064f', 4]),
    miner(3, 'mining.authorize', 'bc1q.worker', 'x'),
    answer(3, true),
  ])
  expect(state).toEqual({
    ...newSession,
    agent: 'bitaxe/BM1370/v2.4',
    workers: [{ name: 'bc1q.worker', authorized: true }],
    extranonce: { extranonce1: '4128064f', extranonce2Size: 4 },
    versionMask: 0x1fffe000,
    lastLatencyMs: 10,
  })
})

test('answers in any order go to what they answer', () => {
  const { facts } = run([
    miner(1, 'mining.subscribe', 'a'),
    miner(2, 'mining.authorize', 'w', 'x'),
    answer(2, false, [24, 'Unauthorized worker', null]),
    answer(1, [[], 'ab', 8]),
  ])
  expect(facts).toEqual([
    { kind: 'agent', agent: 'a' },
    expect.objectContaining({ kind: 'answer', method: 'mining.authorize', askedSeq: 1, latencyMs: 10 }),
    {
      kind: 'worker',
      worker: 'w',
      authorized: false,
      reject: { class: 'unauthorized', code: 24, text: 'Unauthorized worker' },
    },
    expect.objectContaining({ kind: 'answer', method: 'mining.subscribe', askedSeq: 0, latencyMs: 30 }),
    { kind: 'extranonce', extranonce: { extranonce1: 'ab', extranonce2Size: 8 } },
  ])
})

test('a difficulty counts from the next job on', () => {
  const { state } = run([
    pool('mining.set_difficulty', 512),
    notify('a'),
    pool('mining.set_difficulty', 1024),
    submit(5, 'a'),
    answer(5, true),
    notify('b'),
    submit(6, 'b'),
    answer(6, true),
  ])
  expect(state.accepted).toEqual({ count: 2, difficulty: 1536, withoutDifficulty: 0 })
  expect(state.jobs.map(job => [job.job.id, job.difficulty])).toEqual([
    ['a', 512],
    ['b', 1024],
  ])
})

test('a new extranonce counts from the next job on, a new mask at once', () => {
  const { facts } = run([
    ...subscribed,
    notify('a'),
    pool('mining.set_extranonce', 'ffff', 8),
    pool('mining.set_version_mask', '1fffe000'),
    submit(5, 'a'),
  ])
  expect(facts.at(-1)).toMatchObject({
    kind: 'share',
    submitted: { extranonce: { extranonce1: 'abcd', extranonce2Size: 4 }, versionMask: 0x1fffe000 },
  })
})

test('a share is for the latest job of its id', () => {
  const { facts } = run([notify('7'), pool('mining.set_difficulty', 4), notify('7'), submit(5, '7')])
  expect(facts.at(-1)).toMatchObject({ submitted: { job: { receipt: 1, difficulty: 4 } } })
})

test('counts rejected shares by class, with their difficulty', () => {
  const { state, facts } = run([
    pool('mining.set_difficulty', 8),
    notify('a'),
    submit(5, 'a'),
    answer(5, null, [22, 'Duplicate share', null]),
    submit(6, 'a'),
    answer(6, false, 'Stale'),
    submit(7, 'gone'),
    answer(7, false),
  ])
  expect(state.accepted.count).toBe(0)
  expect(state.rejected).toEqual({
    duplicate: { count: 1, difficulty: 8, withoutDifficulty: 0 },
    stale: { count: 1, difficulty: 8, withoutDifficulty: 0 },
    other: { count: 1, difficulty: 0, withoutDifficulty: 1 },
  })
  expect(facts.flatMap(fact => (fact.kind === 'verdict' ? [fact.reject?.class] : []))).toEqual([
    'duplicate',
    'stale',
    'other',
  ])
})

test('the ids of a pool do not answer the requests of a miner', () => {
  const { facts } = run([
    submit(1, 'a'),
    ['p2m', { id: 1, method: 'client.get_version', params: [] }],
    ['m2p', { id: 1, result: 'bmminer', error: null }],
    answer(1, true),
  ])
  expect(facts.flatMap(fact => (fact.kind === 'answer' ? [[fact.method, fact.askedSeq]] : []))).toEqual([
    ['client.get_version', 1],
    ['mining.submit', 0],
  ])
})

test('reports an answer to nothing, and a line that cannot be read', () => {
  const { state, facts } = run([answer(9, true), ['p2m', 'text']])
  expect(facts).toEqual([{ kind: 'orphan' }, { kind: 'unreadable' }])
  expect(state).toEqual(newSession)
})

test('reports that the pool sends the miner away', () => {
  expect(run([pool('client.reconnect', 'other.example', '3333', 0)]).facts).toEqual([
    { kind: 'reconnect', host: 'other.example', port: 3333 },
  ])
})

test('reports a share that wants no answer', () => {
  const said: Said = ['m2p', { id: null, method: 'mining.submit', params: ['w', 'a', '00', '5d10bc0a', '00000001'] }]
  expect(kinds(run([said]).facts)).toEqual(['share'])
})

test('keeps 16 jobs, the newest', () => {
  const { state } = run(Array.from({ length: 40 }, (_, index) => notify(`job ${index}`)))
  expect(state.jobs.map(job => job.receipt)).toEqual(Array.from({ length: 16 }, (_, index) => 24 + index))
  expect(state.jobsEver).toBe(40)
})

test('keeps fewer jobs of a megabyte, the newest always', () => {
  const huge = (id: string) =>
    pool('mining.notify', id, '00'.repeat(32), 'ab'.repeat(450_000), '02', [], '20000000', '1d00ffff', '5d10bc0a', true)
  const { state } = run([huge('a'), huge('b'), notify('c'), notify('d')])
  expect(state.jobs.map(({ job }) => job.id)).toEqual(['b', 'c', 'd'])
})

test('hands over what it takes to check a share, and nothing without a job', () => {
  const { facts } = run([...subscribed, pool('mining.set_difficulty', 1), notify('a'), submit(5, 'a'), submit(6, 'b')])
  const [known, unknown] = facts.flatMap(fact => (fact.kind === 'share' ? [workOf(fact.submitted)] : []))
  expect(known && checkShare(known)).toMatchObject({ meetsDifficulty: false, isBlock: false })
  expect(unknown).toBeNull()
})

test('counts every answered share once, in any order of lines', () => {
  const answers = fc.array(fc.boolean(), { maxLength: 40 }).chain(results =>
    fc.tuple(
      fc.constant(results),
      fc.shuffledSubarray(
        results.map((_, index) => index),
        { minLength: results.length },
      ),
    ),
  )
  fc.assert(
    fc.property(answers, ([results, order]) => {
      const { state } = run([
        notify('a'),
        ...results.map((_, index) => submit(index, 'a')),
        ...order.map(index => answer(index, results[index])),
      ])
      expect([state.accepted.count, state.rejected.other?.count ?? 0, state.waiting]).toEqual([
        results.filter(Boolean).length,
        results.filter(result => !result).length,
        [],
      ])
    }),
    { numRuns: 30 },
  )
})

test('follows 20,000 lines from bytes to counts, and holds no more for it', () => {
  const encode = (line: unknown) => `${JSON.stringify(line)}\n`
  const rounds = Array.from({ length: 10_000 }, (_, id) => [submit(id, 'a'), answer(id, true)]).flat()
  const splitters = { m2p: createLineSplitter(), p2m: createLineSplitter() }
  const ended = [notify('a'), ...rounds].reduce((state, [direction, line], at) => {
    const lines = splitters[direction].push(new TextEncoder().encode(encode(line)))
    const bodies = lines.flatMap(each => (each.kind === 'line' ? [each.body] : []))
    return bodies.reduce((now, body) => step(now, { direction, message: decodeMessage(body), at }).state, state)
  }, newSession)
  expect(ended).toMatchObject({ accepted: { count: 10_000, withoutDifficulty: 10_000 }, waiting: [], jobsEver: 1 })
})
