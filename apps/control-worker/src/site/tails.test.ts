import { evictDurableObject, reset } from 'cloudflare:test'
import { newId, type CapturedMessage, type MessageFilter, type SiteId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, type TestRelay } from '../test/relay.ts'
import { seed } from '../test/seed.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())

interface Mine {
  readonly owner: Browser
  readonly site: SiteId
  readonly relay: TestRelay
}

async function openMine(): Promise<Mine> {
  const { owner, site } = await seed()
  const { relay } = await linkRelay()
  return { owner, site, relay }
}

/** Dashboards that follow one filter each. */
async function following({ owner, site }: Mine, filters: readonly MessageFilter[]): Promise<TestDashboard[]> {
  const dashboards: TestDashboard[] = []
  for (const filter of filters) {
    const dashboard = await TestDashboard.open(owner, site)
    await dashboard.next('commands')
    dashboard.send({ type: 'tail', filter })
    dashboards.push(dashboard)
  }
  return dashboards
}

/** What the relay was last told to follow, once control has handled all that came before. */
async function tailsNow({ relay }: Mine) {
  relay.events([], { epoch: 1, seq: 1 })
  const told = [...relay.received]
  await relay.wire.until(() => {
    relay.read()
    told.push(...relay.received.splice(0))
    return told.some(message => message.type === 'durable') || undefined
  })
  return told.findLast(message => message.type === 'watch')?.tails ?? []
}

const textFilters = (count: number) => Array.from({ length: count }, (_, n) => ({ text: `filter ${n}` }))

function captured(seq: number): CapturedMessage {
  const times = { receivedAt: 1, receivedUs: seq, forwardedUs: seq, latencyUs: null }
  const text = { method: null, summary: `message ${seq}`, parseError: null }
  const session = newId('session', random)
  return { seq, session, direction: 'to-pool', sizeBytes: 10, kind: 'request', ...times, ...text }
}

/** Comes back when control has handled all that a dashboard sent. */
async function heard(dashboard: TestDashboard): Promise<void> {
  const id = (questions += 1)
  dashboard.send({ type: 'ask', id, ask: { kind: 'reading', miner: newId('miner', random) } })
  await dashboard.wire.until(() => {
    dashboard.read()
    return dashboard.received.some(message => message.type === 'answer' && message.id === id) || undefined
  })
}

let questions = 1000

test('any number of dashboards follow one filter by one tail of the relay, through its sleep', async () => {
  const mine = await openMine()
  const filters = Array.from({ length: 70 }, (_, n) =>
    n % 2 ? { text: 'a', method: 'b' } : { method: 'b', text: 'a' },
  )
  const dashboards = await following(mine, filters)
  await Promise.all(dashboards.map(heard))
  const tails = await tailsNow(mine)
  expect(tails).toEqual([{ viewer: expect.any(String), filter: { text: 'a', method: 'b' } }])
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  const { viewer } = tails[0]!
  mine.relay.send({ type: 'tail', viewer, messages: [captured(1)], skipped: 2 }, 'bulk')
  const told = await Promise.all(dashboards.map(dashboard => dashboard.next('tail')))
  expect(new Set(told.map(({ messages, skipped }) => `${messages[0]!.seq} ${skipped}`))).toEqual(new Set(['1 2']))
})

test('[P2] each dashboard of a shared tail is told what it alone missed', async () => {
  const mine = await openMine()
  const [slow, quick] = await following(mine, [{ text: 'x' }, { text: 'x' }])
  await Promise.all([heard(slow!), heard(quick!)])
  const { viewer } = (await tailsNow(mine))[0]!
  slow!.acknowledges = false
  for (let seq = 1; seq <= 100; seq++) {
    mine.relay.send({ type: 'tail', viewer, messages: [captured(seq)], skipped: 0 }, 'bulk')
    expect(await quick!.next('tail')).toMatchObject({ skipped: 0 })
    await heard(quick!)
  }
  const shown = slow!.wire.inbox.filter(message => typeof message === 'string' && message.includes('"tail"')).length
  slow!.acknowledges = true
  await heard(slow!)
  await heard(slow!)
  mine.relay.send({ type: 'tail', viewer, messages: [captured(101)], skipped: 0 }, 'bulk')
  const last = await slow!.wire.until(() => {
    slow!.read()
    return slow!.received.flatMap(message => (message.type === 'tail' ? [message] : []))[shown]
  })
  expect([last.messages[0]!.seq, last.skipped]).toEqual([101, 100 - shown])
})

test('a filter beyond 64 is said to be one too many, and followed as soon as there is room', async () => {
  const mine = await openMine()
  const dashboards = await following(mine, textFilters(65))
  const [first, last] = [dashboards[0]!, dashboards[64]!]
  await Promise.all(dashboards.map(heard))
  const before = await tailsNow(mine)
  expect(before.map(({ filter }) => filter)).toEqual(textFilters(64))
  last.send({ type: 'ask', id: 5, ask: { kind: 'messages', filter: { text: 'filter 64' }, limit: 10 } })
  const answer = await last.wire.until(() => {
    last.read()
    return last.received.find(message => message.type === 'answer' && message.id === 5)
  })
  expect(answer).toMatchObject({
    answer: { kind: 'failed', text: expect.stringMatching(/^Too many different filters/) },
  })
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  first.send({ type: 'tail', filter: null })
  await heard(first)
  const after = await tailsNow(mine)
  expect(after.map(({ filter }) => filter).toSorted((a, b) => String(a.text).localeCompare(String(b.text)))).toEqual(
    textFilters(65)
      .slice(1)
      .toSorted((a, b) => a.text.localeCompare(b.text)),
  )
})
