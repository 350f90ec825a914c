import { expect, test } from 'vitest'
import { aFound, idOf } from './builders.ts'
import { createConversations } from './conversation.ts'
import { createFleet } from './fleet.ts'
import { createInventory } from './inventory.ts'
import { createLiveTables } from './live-tables.ts'
import { createPoller } from './poller.ts'
import { createSchedule } from './schedule.ts'

/** A fleet of five that are all due, and a poller that asks two at once; a read goes on until it is ended. */
function polling() {
  let added = 0
  const fleet = createFleet({
    inventory: createInventory({ miners: [], cohorts: [] }, () => idOf((added += 1))),
    tables: createLiveTables(),
    onPlaced: () => {},
    onReading: () => {},
  })
  const schedule = createSchedule({
    everyMs: 30_000,
    random: () => 0.5,
    pollsPerSubnet: 100,
    familyOf: () => ({ floorMs: 2000, atOnce: 100 }),
  })
  const clock = { now: 0 }
  for (let n = 1; n <= 5; n += 1) schedule.put(fleet.inventory.add(aFound({ address: `127.0.1.${n}` }), 0), 0)
  schedule.take(0, 0)
  const conversations = createConversations()
  const ending = new AbortController()
  const asked: string[] = []
  const poller = createPoller({
    fleet,
    conversations,
    schedule,
    pollsAtOnce: 2,
    monotonic: () => clock.now,
    read: ({ address }, signal) => {
      asked.push(address)
      const { promise, resolve } = Promise.withResolvers<void>()
      signal.addEventListener('abort', () => resolve())
      return promise.then(() => ({ kind: 'failed' as const, code: 'aborted' as const }))
    },
    onStranger: () => {},
    onSilence: () => {},
    signal: ending.signal,
  })
  ending.signal.addEventListener('abort', conversations.stop)
  clock.now = 60_000
  return { poller, fleet, asked, ending }
}

/** Everything that follows by itself has happened then. */
const settled = () => new Promise(resolve => setImmediate(resolve))

test('[C3] a core that ended begins no read: a poll that is broken off takes no other turn', async () => {
  const { poller, asked, ending, fleet } = polling()
  poller.tick()
  await settled()
  expect([asked.length, poller.running()]).toEqual([2, 2])
  ending.abort()
  await settled()
  poller.tick()
  const [info] = fleet.inventory.all()
  expect(await poller.readNow(info!)).toEqual({ kind: 'failed', code: 'aborted' })
  expect([asked.length, poller.running(), poller.ended()]).toEqual([2, 0, { answered: 0, failed: 0, again: 2 }])
})
