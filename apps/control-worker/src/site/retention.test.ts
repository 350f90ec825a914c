import { reset, runInDurableObject } from 'cloudflare:test'
import { newId, paths, type SiteId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { linkRelay, minerAt } from '../test/relay.ts'
import { countRows, rowsOf, siteStub } from '../test/rows.ts'
import { seed } from '../test/seed.ts'

beforeEach(() => reset())

const day = 24 * 60 * 60_000

test.each([
  ['note', { type: 'note', level: 'info', code: 'test', text: 'x' }],
  ['quarantine', { type: 'from the future' }],
])('keeps the newest thousand rows of %s of each relay', async (table, body) => {
  const [first, second] = [await linkRelay(), await linkRelay()]
  second.relay.events([body], { epoch: 1, seq: 1 })
  await second.relay.next('durable')
  for (const seq of [1, 801, 1601]) {
    const bodies = Array.from({ length: 800 }, () => body)
    first.relay.events(bodies, { epoch: seq < 1000 ? 1 : 2, seq })
    await first.relay.next('durable')
  }
  const query = `SELECT relay, count(*) AS count, min(seq) AS oldest FROM ${table} GROUP BY relay ORDER BY count`
  expect(await rowsOf(first.enrolled.site, query)).toEqual([
    { relay: second.enrolled.relay, count: 1, oldest: 1 },
    { relay: first.enrolled.relay, count: 1000, oldest: 1401 },
  ])
})

test('[S5] keeps the newest thousand gaps of events of each relay', async () => {
  const { relay, enrolled } = await linkRelay()
  for (const first of [2, 1402]) {
    const events = Array.from({ length: 700 }, (_, index) => ({
      epoch: 1,
      seq: first + 2 * index,
      at: null,
      body: { type: 'minerRemoved', miner: minerAt(0).id },
    }))
    relay.send({ type: 'events', events }, 'events')
    await relay.next('durable')
  }
  const query = 'SELECT count(*) AS count, min(fromSeq) AS oldest FROM gap'
  expect(await rowsOf(enrolled.site, query)).toEqual([{ count: 1000, oldest: 801 }])
})

interface OldCommands {
  readonly count: number
  readonly state: string
  /** When they were asked, and ended by the clock of a relay. */
  readonly at: number
  readonly endedAt?: number
}

/** Commands as they are after long use, each older than the next. */
async function addCommands(site: SiteId, { count, state, at, endedAt = at }: OldCommands) {
  await runInDurableObject(siteStub(site), (_actor, { storage }) => {
    storage.sql.exec(
      `INSERT INTO command (id, relay, miner, command, person, byName, askedAt, expiresAt, state, endedAt)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT ?)
        SELECT 'old-' || n || '-' || (SELECT ifnull(max(rowid), 0) FROM command), 'relay', 'miner', '{}', 'person', 'Ada',
          ?, ?, ?, ? FROM numbers`,
      count,
      at,
      at + 60_000,
      state,
      state === 'done' ? endedAt : null,
    )
  })
}

/** One command of today; it is refused, since there is no such miner. */
async function ask(owner: Browser, site: SiteId): Promise<void> {
  const miners = [{ id: newId('cmd', random), miner: minerAt(0).id }]
  expect((await owner.post(paths.commands(site), { command: { kind: 'reboot' }, miners })).status).toBe(200)
}

const countsOf = (site: SiteId) =>
  rowsOf(site, 'SELECT state, count(*) AS count FROM command GROUP BY state ORDER BY state')

test('keeps ended commands for a month, and open ones until they end', async () => {
  const { owner, site } = await seed()
  const now = Date.now()
  await addCommands(site, { count: 3, state: 'sent', at: now - 40 * day })
  await addCommands(site, { count: 20, state: 'done', at: now - 31 * day })
  await addCommands(site, { count: 5, state: 'done', at: now - 29 * day })
  await ask(owner, site)
  expect(await countsOf(site)).toEqual([
    { state: 'done', count: 5 },
    { state: 'refused', count: 1 },
    { state: 'sent', count: 3 },
  ])
})

test('keeps the outcomes of a whole fleet that was rebooted, whatever the clocks of its relays said', async () => {
  const { owner, site } = await seed()
  const now = Date.now()
  await addCommands(site, { count: 50_000, state: 'done', at: now - day })
  await addCommands(site, { count: 1, state: 'done', at: now - day, endedAt: 0 })
  await ask(owner, site)
  expect(await countsOf(site)).toEqual([
    { state: 'done', count: 50_001 },
    { state: 'refused', count: 1 },
  ])
})

test('keeps half a million ended commands at most', async () => {
  const { owner, site } = await seed()
  const now = Date.now()
  await addCommands(site, { count: 100, state: 'sent', at: now - 2 * day })
  await addCommands(site, { count: 500, state: 'done', at: now - day })
  // As if the rest had been there in between: places count, whatever lies at them.
  await runInDurableObject(siteStub(site), (_actor, { storage }) => {
    storage.sql.exec('UPDATE command SET rowid = rowid + 499999 WHERE rowid > 300')
  })
  await ask(owner, site)
  expect(await countsOf(site)).toEqual([
    { state: 'done', count: 300 },
    { state: 'refused', count: 1 },
    { state: 'sent', count: 100 },
  ])
})

test('looks at few rows where none is old', async () => {
  const { owner, site } = await seed()
  await addCommands(site, { count: 10_000, state: 'done', at: Date.now() - day })
  const read = await countRows(site, 'rowsRead')
  await ask(owner, site)
  expect(read()).toBeLessThan(20)
})
