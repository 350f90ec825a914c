import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test'
import { columns, relayStatus, sameTable, writeCell, type SiteId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, type Linked } from '../test/relay.ts'
import { countRows, rowsOf, siteStub } from '../test/rows.ts'
import { migrations } from './schema.ts'

beforeEach(() => reset())

const at = 1_790_000_000_000

async function beat({ relay, leader, table }: Linked, powerW: number): Promise<void> {
  writeCell(table, { column: columns.powerW, slot: 0, value: powerW })
  relay.frames('beat', leader.beat(table, at)!)
  const { beats } = await relay.next('durable')
  leader.acked(beats![0]!)
}

/** Turns the tables of a site into what the first release left, with the beats that it has. */
async function downgrade(site: SiteId): Promise<void> {
  await runInDurableObject(siteStub(site), (_actor, { storage: { sql } }) => {
    const beats = sql.exec<{ id: number; body: ArrayBuffer }>('SELECT id, body FROM beat_ring ORDER BY id').toArray()
    const [row] = sql.exec<{ id: string; state: string }>('SELECT id, state FROM relay').toArray()
    for (const [turn, { body }] of beats.entries()) {
      sql.exec('INSERT INTO beat (relay, turn, body) VALUES (?, ?, ?)', row!.id, turn, body)
    }
    const state = JSON.parse(row!.state)
    const { id, name, silentSince, lastHeardAt, allowed, demo, pollEveryMs } = relayStatus.parse(state)
    const told = { id, name, silentSince, lastHeardAt, allowed, demo, pollEveryMs, software: '', quarantined: 0 }
    const first = { ...told, events: state.events, beats: beats.length }
    sql.exec('UPDATE relay SET state = ? WHERE id = ?', JSON.stringify(first), row!.id)
    for (const table of ['beat_ring', 'keyframe_ring', 'backfill', 'backfill_minute', 'history_gap']) {
      sql.exec(`DROP TABLE ${table}`)
    }
    for (const column of ['miner DROP COLUMN revision', 'miner DROP COLUMN epoch', 'command DROP COLUMN epoch']) {
      sql.exec(`ALTER TABLE ${column}`)
    }
    sql.exec('DELETE FROM migration WHERE version > 1')
  })
}

test('the data of the release before goes on: its miners, its table, and its link', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  linked.relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
  await linked.relay.next('durable')
  for (const powerW of [1000, 2000, 3000]) await beat(linked, powerW)
  await downgrade(site)
  await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })

  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.untilFrames(1)
  expect(sameTable(dashboard.follower.table!, linked.table)).toBe(true)
  expect(await rowsOf(site, 'SELECT max(version) AS version FROM migration')).toEqual([{ version: migrations.length }])
  const written = await countRows(site)
  for (let count = 0; count < 7; count++) await beat(linked, 4000 + count)
  expect(written()).toBeLessThanOrEqual(3 * 7)
  await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })
  await beat(linked, 5000)
  expect(linked.relay.received.filter(message => message.type === 'keyframe')).toEqual([])
})
