import { chunksOf, encodeMessage, linkProof, relayId, type DownMessage, type UpMessage } from '@headframe/protocol'
import { assert, array, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { anOrder, controlOf } from '../store/builders.ts'
import { createSession } from './session.ts'

const relay = relayId.parse('relay_000000000001')
const hello: Extract<UpMessage, { type: 'hello' }> = {
  type: 'hello',
  versions: { from: 1, to: 1 },
  software: 'test',
  epoch: 1,
  allowed: [],
  now: 0,
  clock: 'plausible' as const,
  term: 0,
  demo: false,
  pollEveryMs: 30_000,
  cohorts: [],
}
const challenge: DownMessage = { type: 'challenge', control: controlOf(1), nonce: 'n' }
const welcome: DownMessage = {
  type: 'welcome',
  version: 1,
  events: { epoch: 0, seq: 0 },
  beats: [],
  history: null,
  now: 0,
}

/** A session that is told things, with what it said and why it closed. */
function told(...messages: readonly DownMessage[]) {
  const said: unknown[] = []
  const closed: string[] = []
  const passed: string[] = []
  const session = createSession({
    control: controlOf(1),
    relay,
    instance: 'machine',
    sign: message => Buffer.from(message).toString('base64'),
    hello: () => hello,
    write: chunk => said.push(JSON.parse(Buffer.from(chunk.subarray(1)).toString())),
    ready: () => true,
    close: (why, text) => closed.push(`${why}: ${text}`),
    onMessage: message => passed.push(message.type),
  })
  for (const message of messages)
    for (const chunk of chunksOf('control', encodeMessage(message))) session.onChunk(chunk)
  return { session, said, closed, passed }
}

test('signs what binds it to this control and this challenge, then greets', () => {
  const { said, closed } = told(challenge)
  const parts = { control: controlOf(1), relay, nonce: 'n', instance: 'machine' }
  const signature = Buffer.from(linkProof(parts)).toString('base64')
  expect(said).toEqual([{ type: 'prove', relay, signature, instance: 'machine' }, hello])
  expect(closed).toEqual([])
})

test('signs nothing for another control, and nothing twice', () => {
  const other = told({ ...challenge, control: controlOf(2) })
  expect([other.said, other.closed]).toEqual([[], ['unproven: another control answers at this address']])
  expect(told(challenge, challenge).closed).toEqual(['badMessage: a second challenge'])
})

test('takes nothing out of turn', () => {
  const command: DownMessage = { type: 'command', order: anOrder() }
  expect(told(command).closed).toEqual(['badMessage: command out of turn'])
  expect(told(challenge, command).closed).toEqual(['badMessage: command out of turn'])
  expect(told(challenge, welcome, welcome).closed).toEqual(['badMessage: welcome out of turn'])
  expect(told(challenge, welcome, command)).toMatchObject({ closed: [], passed: ['welcome', 'command'] })
})

test('[X2] whatever bytes come, nothing throws and nothing is passed on', () => {
  assert(
    property(array(uint8Array({ maxLength: 200 }), { maxLength: 20 }), chunks => {
      const { session, passed } = told(challenge)
      for (const chunk of chunks) session.onChunk(chunk)
      expect(passed).toEqual([])
    }),
  )
})
