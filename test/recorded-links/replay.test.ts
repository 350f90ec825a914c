import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createReceiver, decodeUp, eventBody, isJson, type UpMessage } from '@headframe/protocol'
import { describe, expect, test } from 'vitest'
import { busyConnection, bytesOf, chunksFrom, saidByControl } from './messages.ts'
import { readRecording, type Recording } from './recording.ts'
import { replayAtControl } from './replay-at-control.ts'
import { replayAtRelay } from './replay-at-relay.ts'

const releases = readdirSync(import.meta.dirname).filter(name => name.endsWith('.json.gz'))

/** What the relay of old said, as it is understood today. */
function saidByRelay(recorded: Recording): UpMessage[] {
  const receivers = new Map<number, ReturnType<typeof createReceiver>>()
  return chunksFrom(recorded, 'relay').flatMap(chunk => {
    const receiver = receivers.get(chunk.connection) ?? createReceiver()
    receivers.set(chunk.connection, receiver)
    const received = receiver.push(bytesOf(chunk))
    if (received.kind !== 'message' || !isJson(received.payload)) return []
    receiver.creditFor(received)
    const decoded = decodeUp(received.payload)
    if (!decoded.ok) throw new Error(`a recorded message of a relay is understood no more: ${decoded.error}`)
    return [decoded.message]
  })
}

const ofType = <T extends UpMessage['type']>(said: readonly UpMessage[], type: T) =>
  said.filter((message): message is Extract<UpMessage, { type: T }> => message.type === type)

test('a link of this release is kept', () => {
  expect(releases).toContain('0.1.0.json.gz')
})

describe.each(releases)('a link of %s', name => {
  const recorded = readRecording(join(import.meta.dirname, name))

  test('[S1] [S6] has relays that the control of today takes, with all that they tell', async () => {
    const held = await replayAtControl(recorded)
    const events = ofType(saidByRelay(recorded), 'events').flatMap(message => message.events)
    const last = events.at(-1)
    expect(held.closed).toEqual([])
    expect(held.quarantined).toBe(0)
    expect(held.miners).toEqual(recorded.miners)
    expect(held.commands).toEqual(Object.fromEntries(recorded.commands.map(({ id, state }) => [id, state])))
    expect(held.events).toEqual({ epoch: last?.epoch, seq: last?.seq })
    const beats = saidByControl(recorded).flatMap(({ message }) =>
      message.type === 'durable' ? (message.beats ?? []) : [],
    )
    expect(new Set(held.beats.keys())).toEqual(new Set(beats.map(beat => beat.cohort)))
    expect([...held.beats.values()]).toEqual(
      [...held.beats.keys()].map(cohort => beats.findLast(beat => beat.cohort === cohort)),
    )
  })

  test('[S6] [C1] has a control that the relay of today serves, and answers each of its commands once', async () => {
    const busy = busyConnection(recorded)
    const asked = saidByControl(recorded).flatMap(({ connection, message }) =>
      connection === busy && message.type === 'command' ? [message.order.id] : [],
    )
    const { said, frames, closed } = await replayAtRelay(recorded)
    expect(closed).toEqual([])
    expect(said.slice(0, 2).map(({ type }) => type)).toEqual(['prove', 'hello'])
    const results = ofType(said, 'events').flatMap(({ events }) =>
      events.flatMap(({ body }) => {
        const told = eventBody.parse(body)
        return told.type === 'result' ? [told.result.id] : []
      }),
    )
    expect(results).toHaveLength(asked.length)
    expect(new Set(results)).toEqual(new Set(asked))
    expect(asked.length).toBeGreaterThan(1)
    expect(frames).toBeGreaterThan(0)
  })
})
