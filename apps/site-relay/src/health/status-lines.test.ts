import { controlId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { statusLines, type ToldHealth } from './status-lines.ts'

const at = (day: number, hour: number) => Date.UTC(2026, 10, day, hour)

const health: ToldHealth = {
  miners: { answering: 49_980, silent: 20 },
  polls: { running: 12, late: 3 },
  commands: 0,
  uptimeS: 7 * 86_400 + 3 * 3600,
  capture: 'down',
  lease: null,
  links: {},
  sync: {
    clock: 'plausible',
    disk: 'ok',
    eventsWaiting: 1200,
    controls: [
      {
        control: controlId.parse('control_000000000001'),
        url: 'https://hosted.example',
        state: 'down',
        sinceAt: at(13, 9),
        why: 'connect ETIMEDOUT\u001b[31m',
        historyThroughAt: at(13, 9),
        backfillBytes: 1_180_000_000,
      },
      {
        control: controlId.parse('control_000000000002'),
        url: 'http://127.0.0.1:8787',
        state: 'up',
        sinceAt: at(20, 9),
        why: null,
        historyThroughAt: at(20, 10),
        backfillBytes: 0,
      },
    ],
    history: {
      fromAt: at(12, 0),
      throughAt: at(20, 10),
      bytes: 1_300_000_000,
      maxBytes: 2_147_483_648,
      deletedThroughAt: at(12, 0),
      gaps: [{ fromAt: at(14, 0), toAt: at(14, 5), reason: 'stopped' }],
      gapCount: 1,
      trouble: null,
    },
  },
}

test('tells a person how the relay is, a line for each thing', () => {
  expect(statusLines(health, at(20, 10))).toEqual([
    'relay     up for 7 days 3 h',
    'miners    49,980 answering, 20 silent',
    'polls     3 late, 12 under way',
    'commands  0 under way',
    'control   https://hosted.example not linked since 2026-11-13 09:00 UTC (7 days 1 h): connect ETIMEDOUT [31m',
    '          has history up to 2026-11-13 09:00 UTC; 1.18 GB to send',
    'control   http://127.0.0.1:8787 up since 2026-11-20 09:00 UTC (1 h 0 min)',
    '          has history up to 2026-11-20 10:00 UTC',
    'events    1,200 that not every control has',
    'history   2026-11-12 00:00 UTC to 2026-11-20 10:00 UTC, 1.30 GB of 2.15 GB',
    '          older was deleted to make room, up to 2026-11-12 00:00 UTC',
    'gaps      1',
    '          2026-11-14 00:00 UTC to 2026-11-14 05:00 UTC: the relay did not run',
    'disk      ok',
    'clock     plausible: nothing on this box vouches for it',
    'capture   does not answer',
  ])
})

test('[S8] tells which of two boxes acts, under which term and for how long, and what the other lacks', () => {
  const giver = 'control_000000000001'
  const stands = {
    acts: false,
    term: null,
    known: 4,
    giver,
    answeredMs: 900,
    leftMs: null,
    byPerson: false,
    removed: false,
    missing: ['no login'],
  }
  const linesOf = (lease: ToldHealth['lease']) =>
    statusLines({ ...health, links: { [giver]: 'up' }, sync: null, lease }, 0).filter(text =>
      /^(lease|control|  )/.test(text),
    )
  expect(linesOf(stands)).toEqual([
    'control   control_000000000001 up',
    'lease     this box stands by; the last term that it heard of is 4; control_000000000001, which gives it, answered 1 s ago',
    '          no login',
  ])
  expect(linesOf({ ...stands, removed: true })).toContain(
    'lease     this box stands by: it was taken away at control, and does not ask to act until it joins again, or a person says takeover; control_000000000001, which gives it, answered 1 s ago',
  )
  const acts = { ...stands, acts: true, term: 5, known: 5, missing: [] }
  expect(linesOf({ ...acts, leftMs: 4800 })).toContain(
    'lease     this box acts under term 5, for 5 s more; control_000000000001, which gives it, answered 1 s ago',
  )
  expect(linesOf({ ...acts, byPerson: true, answeredMs: null })).toContain(
    'lease     this box acts under term 5, because a person said so; control_000000000001, which gives it, has not answered yet',
  )
})
