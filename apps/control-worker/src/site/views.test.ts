import { evictDurableObject, reset } from 'cloudflare:test'
import {
  downMessage,
  fromDashboard,
  minerId,
  newId,
  type DownMessage,
  type FromDashboard,
  type LiveView,
} from '@headframe/protocol'
import { assert, array, integer, property, record } from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TestDashboard } from '../test/dashboard.ts'
import { openDashboard, openMine, sendLive, type Mine } from '../test/mine.ts'
import { random } from '../random.ts'
import { countRows, siteStub } from '../test/rows.ts'
import { Views } from './views.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
  return reset()
})
afterEach(() => {
  vi.useRealTimers()
  return reset()
})

/** The views that the relay is told of by when some time has passed and something happened, each unlike the one before. */
async function toldLater({ relay }: Mine): Promise<(LiveView | null)[]> {
  vi.setSystemTime(Date.now() + 500)
  // What is due is told after the answer to the first.
  for (let time = 0; time < 2; time++) relay.events([], { epoch: 1, seq: 1 })
  const told: DownMessage[] = []
  await relay.wire.until(() => {
    relay.read()
    told.push(...relay.received.splice(0))
    return told.filter(message => message.type === 'durable').length === 2 || undefined
  })
  const views = told.flatMap(message => (message.type === 'watch' ? [message.view] : []))
  return views.filter((view, index) => index === 0 || JSON.stringify(view) !== JSON.stringify(views[index - 1]))
}

const viewOf = ({ enrolled }: Mine, view: LiveView): FromDashboard => ({
  type: 'view',
  relays: [{ relay: enrolled.relay, view }],
})

test('a relay is told all that is viewed, as soon as all have said what they view', async () => {
  const mine = await openMine()
  const [first, second] = [await openDashboard(mine), await openDashboard(mine)]
  first.send(viewOf(mine, { columns: [0, 9], rows: [{ cohort: 1, slots: [7, 3] }] }))
  await heard(first)
  // Nothing before the first had its copy.
  expect(await toldLater(mine)).toEqual([{ columns: [], rows: [] }, null])
  second.send(
    viewOf(mine, {
      columns: [2, 9],
      rows: [
        { cohort: 0, slots: [1] },
        { cohort: 1, slots: [3, 4] },
      ],
    }),
  )
  await heard(second)
  const both = {
    columns: [0, 2, 9],
    rows: [
      { cohort: 0, slots: [1] },
      { cohort: 1, slots: [3, 4, 7] },
    ],
  }
  expect(await toldLater(mine)).toEqual([both])
  second.wire.ws.close()
  await second.wire.end()
  expect(await toldLater(mine)).toEqual([{ columns: [0, 9], rows: [{ cohort: 1, slots: [3, 7] }] }])
})

test('a view that changes all the time is told twice a second, with the last', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  await toldLater(mine)
  for (let slot = 0; slot < 50; slot++) {
    dashboard.send(viewOf(mine, { columns: [], rows: [{ cohort: 0, slots: [slot] }] }))
  }
  await heard(dashboard)
  expect((await toldLater(mine)).map(view => view?.rows[0]?.slots)).toEqual([[0], [49]])
})

test('a view that changed twice in a moment is told though nothing else happens', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  await toldLater(mine)
  vi.setSystemTime(Date.now() + 500)
  for (const slots of [[1], [2]]) {
    dashboard.send(viewOf(mine, { columns: [], rows: [{ cohort: 0, slots }] }))
    await heard(dashboard)
  }
  vi.setSystemTime(Date.now() + 500)
  const views = await mine.relay.wire.until(() => {
    mine.relay.read()
    const told = mine.relay.received.flatMap(message => (message.type === 'watch' ? [message.view] : []))
    return told.length > 1 ? told : undefined
  })
  expect(views.map(view => view?.rows[0]?.slots)).toEqual([[1], [2]])
})

test('[S7] one that waits for its copy makes no relay tell everything before it has it', async () => {
  const mine = await openMine()
  const first = await openDashboard(mine)
  const narrow = { columns: [4], rows: [] }
  first.send(viewOf(mine, narrow))
  await heard(first)
  expect((await toldLater(mine)).at(-1)).toEqual(narrow)
  // What changed has to be made anew for the next copy, which stops there until it is acknowledged.
  sendLive(mine, 5e12)
  const second = await TestDashboard.open(mine.owner, mine.site)
  expect(await toldLater(mine)).toEqual([])
  await second.next('commands')
  await heard(second)
  expect(await toldLater(mine)).toEqual([null])
  sendLive(mine, 6e12)
  await Promise.all([first.untilFrames(3), second.untilFrames(3)])
  expect(second.follower.table).toEqual(first.follower.table)
})

test('[S7] a crowd that waits for copies shows nothing yet', () => {
  const relay = newId('relay', random)
  const shown = { columns: [4], rows: [] }
  const none = { frames: null, miners: null }
  const dashboards = [
    { view: [{ relay, view: shown }], seat: { dirty: false, copy: null } },
    { view: null, seat: { dirty: true, copy: null } },
    { view: null, seat: { dirty: false, copy: none } },
  ]
  expect(new Views(dashboards).of(relay, dashboards)).toEqual(shown)
  const ready = [...dashboards, { view: null, seat: { dirty: false, copy: null } }]
  expect(new Views(ready).of(relay, ready)).toBe(null)
})

test('who scrolls has nothing written', async () => {
  const mine = await openMine()
  const dashboards = [await openDashboard(mine), await openDashboard(mine)]
  await toldLater(mine)
  const written = await countRows(mine.site)
  for (let slot = 0; slot < 20; slot++) {
    for (const dashboard of dashboards) {
      dashboard.send(viewOf(mine, { columns: [], rows: [{ cohort: 0, slots: [slot] }] }))
      await heard(dashboard)
    }
    vi.setSystemTime(Date.now() + 250)
  }
  expect((await toldLater(mine)).at(-1)?.rows[0]?.slots).toEqual([19])
  expect(written()).toBe(0)
})

test('a view is told though the clock of its site was set back by an hour', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  dashboard.send(viewOf(mine, { columns: [4], rows: [] }))
  await heard(dashboard)
  vi.setSystemTime(Date.now() - 3_600_000)
  dashboard.send(viewOf(mine, { columns: [5], rows: [] }))
  await heard(dashboard)
  expect((await toldLater(mine)).at(-1)).toEqual({ columns: [5], rows: [] })
})

test('[S7] with more than 4,096 rows in view a relay is told to send everything', async () => {
  const mine = await openMine()
  for (let count = 0; count < 17; count++) {
    const dashboard = await openDashboard(mine)
    const slots = Array.from({ length: 256 }, (_, index) => count * 241 + index)
    const narrow = viewOf(mine, { columns: [1], rows: [{ cohort: 0, slots: slots.map(slot => slot % 4096) }] })
    dashboard.send(narrow)
    await heard(dashboard)
  }
  expect((await toldLater(mine)).at(-1)?.rows[0]?.slots).toHaveLength(16 * 241 + 256 - 16)
  const last = await openDashboard(mine)
  last.send(
    viewOf(mine, { columns: [1], rows: [{ cohort: 1, slots: Array.from({ length: 256 }, (_, slot) => slot) }] }),
  )
  await heard(last)
  expect((await toldLater(mine)).at(-1)).toBe(null)
})

test('[X2] a view of more than 256 rows closes', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  const slots = Array.from({ length: 257 }, (_, slot) => slot)
  dashboard.send(viewOf(mine, { columns: [], rows: [{ cohort: 0, slots }] }))
  expect(await dashboard.wire.end()).toMatchObject({ code: 4000 })
})

test('views outlive a sleep', async () => {
  const mine = await openMine()
  const [first, second] = [await openDashboard(mine), await openDashboard(mine)]
  for (const dashboard of [first, second]) {
    dashboard.send(viewOf(mine, { columns: [4], rows: [] }))
    await heard(dashboard)
  }
  await toldLater(mine)
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  expect((await toldLater(mine)).at(-1)).toEqual({ columns: [4], rows: [] })
  first.send(viewOf(mine, { columns: [5], rows: [] }))
  await heard(first)
  expect((await toldLater(mine)).at(-1)).toEqual({ columns: [4, 5], rows: [] })
})

test('the same bytes go to all, whatever each of them views', async () => {
  const mine = await openMine()
  const [first, second] = [await openDashboard(mine), await openDashboard(mine)]
  first.send(viewOf(mine, { columns: [0], rows: [] }))
  await heard(first)
  sendLive(mine, 5e12)
  const frames = [first, second].map(async ({ wire }) =>
    wire.until(() => wire.inbox.find(each => typeof each !== 'string')),
  )
  const [one, two] = await Promise.all(frames)
  expect(one).toEqual(two)
})

/** So many columns from a first, and cohorts with a few slots each or none, as many as one dashboard may ask for. */
const anyView = record({
  columns: record({ first: integer({ min: 0, max: 200 }), count: integer({ min: 0, max: 64 }) }),
  cohorts: record({ first: integer({ min: 0, max: 2000 }), count: integer({ min: 0, max: 1024 }) }),
  slots: integer({ min: 0, max: 3 }),
})
const range = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)

test('[X2] whatever dashboards view, a relay is told what its schema takes, and of every row', () => {
  const relay = newId('relay', random)
  assert(
    property(array(anyView, { minLength: 1, maxLength: 20 }), specs => {
      const dashboards = specs.map(({ columns, cohorts, slots }) => {
        const count = slots === 0 ? cohorts.count : Math.min(cohorts.count, Math.floor(256 / slots))
        const rows = range(cohorts.first, count).map(cohort => ({ cohort, slots: range(cohort % 4000, slots) }))
        const view = { columns: range(columns.first, columns.count), rows }
        const asked = fromDashboard.parse({ type: 'view', relays: [{ relay, view }] })
        return { view: asked.type === 'view' ? asked.relays : null, seat: { dirty: false, copy: null } }
      })
      const view = new Views(dashboards).of(relay, dashboards)
      expect(downMessage.safeParse({ type: 'watch', live: true, miners: [], tails: [], view }).success).toBe(true)
      const told = new Set(view?.rows.flatMap(({ cohort, slots }) => slots.map(slot => `${cohort} ${slot}`)))
      const asked = dashboards.flatMap(each => each.view ?? []).flatMap(each => each.view.rows)
      const untold = asked.flatMap(({ cohort, slots }) => slots.filter(slot => !told.has(`${cohort} ${slot}`)))
      if (view !== null) expect(untold).toEqual([])
    }),
  )
})

test('[S7] what many dashboards show together closes no link: it is everything then', async () => {
  const mine = await openMine()
  for (const first of [0, 64]) {
    const dashboard = await openDashboard(mine)
    dashboard.send(viewOf(mine, { columns: range(first, 64), rows: [] }))
    await heard(dashboard)
  }
  expect((await toldLater(mine)).at(-1)).toBe(null)
})

/** Comes back when control has handled all that a dashboard sent. */
async function heard(dashboard: Awaited<ReturnType<typeof openDashboard>>): Promise<void> {
  const id = (questions += 1)
  dashboard.send({ type: 'ask', id, ask: { kind: 'reading', miner: nobody } })
  while ((await dashboard.next('answer')).id !== id);
}
let questions = 0
const nobody = minerId.parse('miner_AAAAAAAAAAAA999999')
