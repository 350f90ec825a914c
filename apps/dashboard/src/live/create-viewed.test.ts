import { columns, fromDashboard, maxViewRows, type FromDashboard } from '@headframe/protocol'
import { createRoot } from 'solid-js'
import { expect, test } from 'vitest'
import { Clock } from '../../dev/clock.ts'
import { createFleet, relay } from '../../dev/generated-fleet.ts'
import { createViewed } from './create-viewed.ts'

function createWorld(miners: number) {
  const clock = new Clock()
  const sent: Extract<FromDashboard, { type: 'view' }>[] = []
  const { fleet } = createFleet(miners)
  const viewed = createRoot(() =>
    createViewed({
      after: (delayMs, act) => clock.after(delayMs, act),
      fleet: () => fleet,
      relays: () => [relay],
      send: message => (message.type === 'view' ? sent.push(message) : 0),
    }),
  )
  const rowsSent = () => sent.at(-1)?.relays?.[0]?.view.rows
  return { ...viewed, clock, sent, rowsSent }
}

test('rows in sight go with their cohorts and slots, all columns of the rest only where they are needed', () => {
  const { view, clock, sent } = createWorld(5000)
  view('table', { rows: [4099, 7, 4097, 6], columns: [columns.chipTempC] })
  view('miner', { rows: [9], columns: [] })
  clock.advance(200)
  const rows = [
    { cohort: 0, slots: [6, 7, 9] },
    { cohort: 1, slots: [1, 3] },
  ]
  expect(sent).toEqual([
    { type: 'view', relays: [{ relay: relay.id, view: { columns: [0, 1, 2, 3, 7, 8, 9, 11, 14, 15], rows } }] },
  ])
})

test('while someone scrolls nothing is said, and nothing twice', () => {
  const { view, clock, sent, rowsSent } = createWorld(100)
  for (let first = 0; first < 50; first++) {
    view('table', { rows: [first, first + 1], columns: [] })
    clock.advance(50)
  }
  clock.advance(200)
  view('table', { rows: [49, 50], columns: [] })
  clock.advance(1000)
  expect([sent.length, rowsSent()]).toEqual([1, [{ cohort: 0, slots: [49, 50] }]])
})

test('a table that is gone is viewed no more; a new socket is told at once', () => {
  const { view, tellAgain, clock, sent, rowsSent } = createWorld(100)
  view('table', { rows: [1], columns: [] })
  clock.advance(200)
  view('table', null)
  clock.advance(200)
  expect([sent.length, rowsSent()]).toEqual([2, []])
  tellAgain()
  expect([sent.length, rowsSent()]).toEqual([3, []])
})

test('[X2] never more rows than control takes', () => {
  const { view, clock, sent } = createWorld(5000)
  view('table', { rows: Array.from({ length: 2000 }, (_, row) => row), columns: [] })
  clock.advance(200)
  expect(sent[0]!.relays![0]!.view.rows[0]!.slots).toHaveLength(maxViewRows)
  expect(fromDashboard.safeParse(sent[0]).success).toBe(true)
})
