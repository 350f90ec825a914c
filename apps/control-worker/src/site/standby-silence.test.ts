import { reset, runDurableObjectAlarm } from 'cloudflare:test'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDashboard } from '../test/mine.ts'
import { linkBox, second, twoBoxes } from '../test/pair.ts'
import type { TestRelay } from '../test/relay.ts'
import { countRows, siteStub } from '../test/rows.ts'

beforeEach(async () => {
  await reset()
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => void vi.useRealTimers())

type Boxes = Awaited<ReturnType<typeof twoBoxes>>

async function linkStandby({ standbyKey, enrolled }: Boxes): Promise<TestRelay> {
  return (await linkBox(standbyKey, enrolled, { ...second, term: null })).relay
}

async function pull(relay: TestRelay): Promise<void> {
  relay.send({ type: 'pull', after: { revision: 0, miner: null } })
  await relay.next('page')
}

/** Two minutes, at whose end the box that speaks says something, and maybe the other; then what is done by the clock. */
async function twoMinutes({ first, site }: Boxes, other?: TestRelay): Promise<void> {
  vi.setSystemTime(Date.now() + 120_000)
  first.relay.events([], { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  if (other !== undefined) await pull(other)
  await runDurableObjectAlarm(siteStub(site))
}

test('[T1] a box that stands by and stopped asking is not shown as linked', async () => {
  const boxes = await twoBoxes()
  const relay = await linkStandby(boxes)
  await pull(relay)
  const dashboard = await openDashboard(boxes)
  await twoMinutes(boxes)
  expect((await relay.wire.end()).code).toBe(4006)
  expect((await dashboard.next('relay')).relay.boxes).toEqual([
    { name: 'This box', linked: true, speaks: true },
    { name: 'Second box', linked: false, speaks: false },
  ])
  expect(boxes.first.relay.wire.closed).toBeNull()
})

test('a box that stands by and copies from another control stays linked', async () => {
  const boxes = await twoBoxes()
  const relay = await linkStandby(boxes)
  await twoMinutes(boxes)
  await pull(relay)
  expect(relay.wire.closed).toBeNull()
})

test('looking whether a box still asks writes nothing more than looking whether the other is silent', async () => {
  const boxes = await twoBoxes()
  const written = await countRows(boxes.site)
  // What hangs on the handshakes is over after the first of these.
  await twoMinutes(boxes)
  written()
  await twoMinutes(boxes)
  const alone = written()
  expect(alone).toBeGreaterThan(0)
  const relay = await linkStandby(boxes)
  await twoMinutes(boxes, relay)
  written()
  await twoMinutes(boxes, relay)
  expect(written()).toBe(alone)
  expect(relay.wire.closed).toBeNull()
})

test('[T1] a box that stands by alone is looked at too', async () => {
  const boxes = await twoBoxes()
  boxes.first.relay.wire.ws.close()
  const relay = await linkStandby(boxes)
  await pull(relay)
  vi.setSystemTime(Date.now() + 120_000)
  await runDurableObjectAlarm(siteStub(boxes.site))
  expect((await relay.wire.end()).code).toBe(4006)
})
