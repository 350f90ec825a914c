import { expect, test } from 'vitest'
import { relay } from '../../dev/generated-fleet.ts'
import { createMine } from '../../dev/mine.ts'
import { createRandom } from '../../dev/random.ts'
import { Traffic } from '../../dev/traffic.ts'
import { captureOffsetMs, correctedAnswer } from './relay-times.ts'

const hour = 3_600_000

test('[T3] what was captured by a clock that is off is shown by that of control', () => {
  const now = 1_795_176_000_000
  const traffic = new Traffic(createMine(3, now), now, createRandom(1))
  const messages = traffic.emit(now)
  const sessions = traffic.sessions.map(session => ({ ...session, endedAt: null, lastShareAt: now }))
  const health = { running: true, messages: 0, dropped: 0, behindMs: 0, sizeBytes: 0 }
  const asked = correctedAnswer({ kind: 'messages', messages, more: false }, hour)
  const listed = correctedAnswer({ kind: 'sessions', sessions, health }, -hour)
  expect(messages.length).toBeGreaterThan(0)
  expect(asked).toEqual({
    kind: 'messages',
    messages: messages.map(message => ({ ...message, receivedAt: message.receivedAt - hour })),
    more: false,
  })
  expect(listed).toEqual({
    kind: 'sessions',
    sessions: sessions.map(session => ({ ...session, startedAt: session.startedAt + hour, lastShareAt: now + hour })),
    health,
  })
})

test('captures are those of the first linked relay', () => {
  const silent = { ...relay, silentSince: 1, clockOffsetMs: 1 }
  expect(captureOffsetMs([silent, { ...relay, clockOffsetMs: 2 }, { ...relay, clockOffsetMs: 3 }])).toBe(2)
  expect(captureOffsetMs([silent])).toBe(0)
})
