import {
  chunksOf,
  commandId,
  controlId,
  encodeMessage,
  minerId,
  personId,
  relayId,
  versions,
  type DownMessage,
} from '@headframe/protocol'
import { createSession } from '../../../apps/site-relay/src/link/session.ts'

const control = controlId.parse('control_0000000000000001')
const other = controlId.parse('control_0000000000000002')
const relay = relayId.parse('relay_SIMULATED00001')

const challenge: Extract<DownMessage, { type: 'challenge' }> = { type: 'challenge', control, nonce: 'nonce' }
const welcome: DownMessage = {
  type: 'welcome',
  version: versions.to,
  events: { epoch: 0, seq: 0 },
  beats: [],
  history: null,
  now: 1,
}
const command: DownMessage = {
  type: 'command',
  order: {
    id: commandId.parse('cmd_0000000000000001'),
    miner: minerId.parse('miner_0000000000000001'),
    command: { kind: 'reboot' },
    by: personId.parse('person_0000000000000001'),
    byName: 'Eve',
    askedAt: 1,
    ttlMs: 60_000,
  },
}

/** A control that does not keep to the order of a greeting is not listened to [X2]. */
export function tryGreetings(violated: (rule: string, text: string) => void): void {
  const cases: readonly (readonly [
    what: string,
    said: readonly (DownMessage | Uint8Array)[],
    closed: string,
    heard: number,
  ])[] = [
    ['a greeting', [challenge, welcome, command], '', 2],
    ['a welcome before the challenge', [welcome], 'badMessage', 0],
    ['a command before the challenge', [command], 'badMessage', 0],
    ['a command before the welcome', [challenge, command], 'badMessage', 0],
    ['a second welcome', [challenge, welcome, welcome], 'badMessage', 1],
    ['a second challenge', [challenge, challenge], 'badMessage', 0],
    ['a chunk of no lane', [challenge, Uint8Array.of(0xff, 1)], 'badMessage', 0],
    ['a message that is none', [challenge, Uint8Array.of(0xc0, 0x7b, 0x7d)], 'badMessage', 0],
    ['a challenge of another control', [{ ...challenge, control: other }], 'unproven', 0],
  ]
  for (const [what, said, expected, heard] of cases) {
    const { closed, messages } = greet(said)
    if (closed !== expected) violated('X2', `${what}: closed as '${closed}' instead of '${expected}'`)
    if (messages !== heard) violated('X2', `${what}: ${messages} messages were heard instead of ${heard}`)
  }
}

function greet(said: readonly (DownMessage | Uint8Array)[]): { closed: string; messages: number } {
  let closed = ''
  let messages = 0
  const session = createSession({
    control,
    relay,
    instance: 'instance-1',
    sign: () => 'signed',
    hello: () => ({
      type: 'hello',
      versions,
      software: 'simulated',
      epoch: 1,
      allowed: [],
      now: 1,
      clock: 'plausible',
      term: 0,
      demo: false,
      pollEveryMs: 30_000,
      cohorts: [],
    }),
    write: () => {},
    ready: () => true,
    close: why => {
      closed ||= why
    },
    onMessage: () => {
      messages += 1
    },
  })
  for (const message of said) {
    const chunks = message instanceof Uint8Array ? [message] : chunksOf('control', encodeMessage(message))
    if (closed === '') for (const chunk of chunks) session.onChunk(chunk)
  }
  return { closed, messages }
}
