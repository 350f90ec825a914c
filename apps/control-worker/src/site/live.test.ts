import { reset } from 'cloudflare:test'
import { columns, sameTable, writeCell } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { setUp } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt } from '../test/relay.ts'

beforeEach(() => reset())

test('a reading goes from a relay to a dashboard', async () => {
  const { owner, site } = await setUp()
  const { relay, leader, table } = await linkRelay()
  relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 1 } })
  writeCell(table, { column: columns.hashrateHs, slot: 0, value: 95e12 })
  relay.frames('beat', leader.beat(table, Date.now())!)
  expect(await relay.next('durable')).toEqual({ type: 'durable', beats: [{ cohort: 0, epoch: 1, seq: 1 }] })
  leader.acked({ epoch: 1, seq: 1 })

  const dashboard = await TestDashboard.open(owner, site)
  expect(await dashboard.next('site')).toMatchObject({ name: 'Boden', role: 'owner', relays: [{ silentSince: null }] })
  expect(await dashboard.next('miners')).toMatchObject({ miners: [minerAt(0)], complete: true })
  await dashboard.next('commands')
  await dashboard.untilFrames(1)
  expect(await relay.next('watch')).toMatchObject({ live: true })
  expect(sameTable(dashboard.follower.table!, table)).toBe(true)

  writeCell(table, { column: columns.hashrateHs, slot: 0, value: 50e12 })
  relay.frames('live', leader.live(table, Date.now())!)
  await dashboard.untilFrames(2)
  expect(sameTable(dashboard.follower.table!, table)).toBe(true)
})
