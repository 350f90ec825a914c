import { commandId, type CommandKind, type CommandResult, type Outcome } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createConversations } from '../fleet/conversation.ts'
import { anInfo } from '../fleet/builders.ts'
import { anOrder, controlOf, writing } from '../store/builders.ts'
import { createCommandStore } from '../store/commands.ts'
import { openStore } from '../store/open.ts'
import { createGuard, type GuardDeps } from './guard.ts'

const done: Outcome = { kind: 'done', code: null, text: 'The light blinks.', observed: {} }

/** A guard over a real journal; `log` tells in which order things happened. */
function guarding(over: Partial<GuardDeps> = {}, db = openStore(':memory:')) {
  const store = createCommandStore(db)
  const log: string[] = []
  const results: CommandResult[] = []
  const clock = { now: 0 }
  const tell = (result: CommandResult) => {
    results.push(result)
    log.push(`result ${result.outcome.kind}`)
  }
  const guard = createGuard({
    store,
    write: writing(db),
    conversations: createConversations(),
    allowed: (): readonly CommandKind[] => ['locate'],
    miner: () => anInfo(),
    isConfigured: address => address === anInfo().address,
    perform: async () => {
      log.push(`act, journaled: ${store.find(anOrder().id)?.begunAt !== null}`)
      return done
    },
    commit: result => {
      store.end(result)
      tell(result)
    },
    repeat: tell,
    now: () => 1000 + clock.now,
    monotonic: () => clock.now,
    sleep: async () => {},
    ...over,
  })
  const reply = {
    accepted: () => void log.push('accepted'),
    declined: (result: CommandResult) => void log.push(`declined ${result.outcome.code}`),
  }
  const take = (order = anOrder(), control = controlOf(1)) => guard.take(control, order, reply)
  return { guard, take, log, results, clock, db, store }
}

test('[C1] a command is journaled before it acts, and has one result', async () => {
  const { take, log, results } = guarding()
  await take()
  expect(log).toEqual(['accepted', 'act, journaled: true', 'result done'])
  expect(results).toEqual([{ id: anOrder().id, miner: anOrder().miner, outcome: done, startedAt: 1000, endedAt: 1000 }])
})

test('[C1] a repeat is answered with the stored result, and acts no second time', async () => {
  const { take, log, results } = guarding()
  await take()
  await take()
  expect(log).toEqual(['accepted', 'act, journaled: true', 'result done', 'result done'])
  expect(results[1]).toEqual(results[0])
})

test('[C2] what was sent to an earlier run and is not in the journal is unknown, and is not run', async () => {
  const { take, log, results, store } = guarding()
  await take({ ...anOrder(), again: true })
  expect(log).toEqual(['result unknown'])
  expect(results[0]?.outcome.code).toBe('interrupted')
  await take(anOrder())
  expect(log).toEqual(['result unknown', 'result unknown'])
  expect(store.find(anOrder().id)?.result).toEqual(results[0])
})

test('[C1] what was sent to an earlier run and is in the journal is answered from there', async () => {
  const { take, log } = guarding()
  await take()
  await take({ ...anOrder(), again: true })
  expect(log).toEqual(['accepted', 'act, journaled: true', 'result done', 'result done'])
})

test('[C1] a repeat of a command under way is accepted again, and acts no second time', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const { take, log } = guarding({ perform: () => promise })
  const first = take()
  await take()
  resolve(done)
  await first
  expect(log).toEqual(['accepted', 'accepted', 'result done'])
})

test('[C4] what the policy does not allow is refused, and stays refused for that id', async () => {
  const allowed: CommandKind[] = []
  const { take, log, results } = guarding({ allowed: () => allowed })
  await take()
  allowed.push('locate')
  await take()
  expect(log).toEqual(['result refused', 'result refused'])
  expect(results[0]?.outcome.code).toBe('policy')
})

test('[C4] a control that asks for thousands of things it may not fills no disk, and is told the same of each', async () => {
  const { take, log, results, store, db } = guarding({
    allowed: control => (control === controlOf(1) ? [] : ['locate']),
  })
  const orders = Array.from({ length: 1500 }, (_, n) => anOrder({ id: commandId.parse(`cmd_${1e11 + n}`) }))
  for (const order of orders) await take(order)
  await take({ ...anOrder(), again: true })
  expect(log.filter(said => said === 'result refused')).toHaveLength(1000)
  expect(log.slice(1000)).toEqual([...Array<string>(500).fill('declined policy'), 'declined interrupted'])
  await take(orders[0])
  expect(results.at(-1)).toEqual(results[0])
  const next = guarding({ allowed: () => [] }, db)
  await next.take(anOrder({ id: commandId.parse('cmd_000000000009') }))
  expect([next.log, store.neverBegun(controlOf(1))]).toEqual([['declined policy'], 1000])
  await take(anOrder(), controlOf(2))
  expect(log.at(-1)).toBe('result done')
})

test('[X6] another control learns nothing from an id that is not its own', async () => {
  const { take, log } = guarding()
  await take()
  await take(anOrder(), controlOf(2))
  expect(log).toHaveLength(3)
})

test('a command that waited past its time to live expires on the monotonic clock, and nothing is sent', async () => {
  const conversations = createConversations()
  const { take, log, clock } = guarding({ conversations })
  const { promise, resolve } = Promise.withResolvers<void>()
  const before = conversations.command(anInfo().address, () => promise)
  const waiting = take(anOrder({ ttlMs: 5000 }))
  clock.now = 5000
  resolve()
  await Promise.all([before, waiting])
  expect(log).toEqual(['accepted', 'result expired'])
})

test('an order that arrives without life left expires at once', async () => {
  const { take, log } = guarding()
  await take(anOrder({ ttlMs: 0 }))
  expect(log).toEqual(['result expired'])
})

test('[X3] a miner that is not known, and one outside the ranges, are refused', async () => {
  const unknown = guarding({ miner: () => null })
  await unknown.take()
  const lost = guarding({ miner: () => anInfo({ address: '127.9.9.9' }) })
  await lost.take()
  expect([unknown.results[0]?.outcome.code, lost.results[0]?.outcome.code]).toEqual(['no-such-miner', 'unreachable'])
})

test('[C2] after a start what has no result is unknown, though it is not begun in this copy of the journal, and none runs', () => {
  const { store, db } = guarding()
  const begun = anOrder()
  const waiting = anOrder({ id: commandId.parse('cmd_000000000002') })
  store.add(controlOf(1), begun, 10)
  store.add(controlOf(1), waiting, 11)
  store.begin(begun.id, 12)
  const next = guarding({}, db)
  next.guard.recover()
  next.guard.recover()
  expect(next.results.map(({ id, outcome }) => [id, outcome.kind, outcome.code])).toEqual([
    [begun.id, 'unknown', 'interrupted'],
    [waiting.id, 'unknown', 'interrupted'],
  ])
  expect(next.log).toEqual(['result unknown', 'result unknown'])
})

test('[C2] a repeat after the crash is answered with the unknown, and does not run', async () => {
  const { store, db } = guarding()
  store.add(controlOf(1), anOrder(), 10)
  store.begin(anOrder().id, 12)
  const next = guarding({}, db)
  next.guard.recover()
  await next.take()
  expect(next.log).toEqual(['result unknown', 'result unknown'])
})

test('waits for what is under way, and no longer than it is told', async () => {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const { guard, take } = guarding({ perform: () => promise })
  const taken = take()
  await guard.settled(10)
  expect(guard.underWay()).toBe(1)
  resolve(done)
  await taken
  expect(guard.underWay()).toBe(0)
})

test('[C1] a command that cannot be written down is declined, and nothing is sent to the miner', async () => {
  const { take, log, store } = guarding({ write: () => false })
  await take()
  expect(log).toEqual(['declined disk-full'])
  expect(store.find(anOrder().id)).toBeNull()
})

test('[C1] [C2] a command whose beginning cannot be written down is not sent to the miner', async () => {
  const db = openStore(':memory:')
  const write = writing(db)
  let writes = 0
  const { take, log, results } = guarding({ write: run => (writes++ === 0 ? write(run) : false) }, db)
  await take()
  expect(log).toEqual(['accepted', 'result refused'])
  expect(results[0]?.outcome.code).toBe('disk-full')
})
