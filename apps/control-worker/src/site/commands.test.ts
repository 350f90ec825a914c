import { reset, runDurableObjectAlarm } from 'cloudflare:test'
import { commandList, me, newId, paths, type CommandEntry, type CommandId, type Outcome } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, relink, TestRelay, type Linked } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())
afterEach(() => void vi.useRealTimers())

const miner = minerAt(0).id
const newCommand = () => newId('cmd', random)
const done: Outcome = { kind: 'done', code: null, text: 'It came back.', observed: { uptimeAfterS: 12 } }

interface Mine extends Linked {
  readonly owner: Browser
  readonly ask: (id: CommandId, more?: object) => Promise<{ status: number; body: unknown }>
  readonly list: () => Promise<CommandEntry[]>
}

async function openMine(): Promise<Mine> {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  linked.relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
  await linked.relay.next('durable')
  const ask = (id: CommandId, more = {}) =>
    owner.post(paths.commands(site), { command: { kind: 'reboot' }, miners: [{ id, miner }], ...more })
  const list = async () => commandList.parse((await owner.get(paths.commands(site))).body).commands
  return { ...linked, owner, ask, list }
}

test('[C1] a command goes to the relay, is accepted, and ends with its one result', async () => {
  const { owner, relay, ask, enrolled } = await openMine()
  const dashboard = await TestDashboard.open(owner, enrolled.site)
  await dashboard.next('commands')
  const id = newCommand()
  expect(await ask(id)).toMatchObject({ status: 200, body: { commands: [{ id, state: 'sent' }] } })
  expect(await dashboard.next('commands')).toMatchObject({ commands: [{ id, state: 'queued' }] })
  expect(await dashboard.next('commands')).toMatchObject({ commands: [{ id, state: 'sent', byName: 'Olga Owner' }] })
  const { order } = await relay.next('command')
  expect(order).toMatchObject({ id, miner, command: { kind: 'reboot' }, byName: 'Olga Owner' })
  expect(order.ttlMs).toBeLessThanOrEqual(60_000)
  relay.send({ type: 'accepted', id })
  expect(await dashboard.next('commands')).toMatchObject({ commands: [{ id, state: 'accepted' }] })
  relay.result({ id, miner, outcome: done, startedAt: 1, endedAt: 2 }, { epoch: 1, seq: 2 })
  expect(await dashboard.next('commands')).toMatchObject({
    commands: [{ id, state: 'done', outcome: done, endedAt: 2 }],
  })
})

test('[C1] a second result changes nothing', async () => {
  const { relay, ask, list } = await openMine()
  const id = newCommand()
  await ask(id)
  relay.result({ id, miner, outcome: done, startedAt: 1, endedAt: 2 }, { epoch: 1, seq: 2 })
  relay.result({ id, miner, outcome: { ...done, kind: 'failed' }, startedAt: 1, endedAt: 3 }, { epoch: 1, seq: 3 })
  await relay.next('durable')
  await relay.next('durable')
  expect(await list()).toMatchObject([{ id, state: 'done', endedAt: 2 }])
})

/** The relay comes back, in an epoch. */
async function comeBack({ key, enrolled }: Mine, epoch: number): Promise<TestRelay> {
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(key, enrolled)
  relay.hello(epoch)
  await relay.next('welcome')
  return relay
}

test('[C2] what a relay was sent comes again, and says when that was in an earlier run of the relay', async () => {
  const mine = await openMine()
  const [sent, accepted] = [newCommand(), newCommand()]
  for (const id of [sent, accepted]) await mine.ask(id)
  mine.relay.send({ type: 'accepted', id: accepted })
  const seen = async (epoch: number) => {
    const relay = await comeBack(mine, epoch)
    return [(await relay.next('command')).order, (await relay.next('command')).order]
  }
  expect(await seen(1)).toMatchObject([
    { id: sent, again: false },
    { id: accepted, again: false },
  ])
  expect(await seen(2)).toMatchObject([
    { id: sent, again: true },
    { id: accepted, again: true },
  ])
})

test('a command that waited goes out as a new one, whatever run of the relay it finds', async () => {
  const mine = await openMine()
  mine.relay.wire.ws.close()
  const id = newCommand()
  await mine.ask(id)
  const { order } = await (await comeBack(mine, 5)).next('command')
  expect([order.id, order.again ?? false]).toEqual([id, false])
})

test('[C1] asking again with the same id asks nothing twice', async () => {
  const { relay, ask, list } = await openMine()
  const id = newCommand()
  await ask(id)
  await relay.next('command')
  expect(await ask(id)).toMatchObject({ status: 200, body: { commands: [{ id, state: 'sent' }] } })
  expect((await ask(id, { command: { kind: 'locate', on: true } })).status).toBe(409)
  expect(await list()).toHaveLength(1)
  relay.send({ type: 'accepted', id })
  expect(relay.received.filter(message => message.type === 'command')).toEqual([])
})

test('waits for a relay that is away, until its time to live ends', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { relay, key, enrolled, ask, list } = await openMine()
  relay.wire.ws.close()
  const [late, soon] = [newCommand(), newCommand()]
  await ask(soon, { ttlMs: 1000 })
  await ask(late, { ttlMs: 60_000 })
  expect((await list()).map(entry => entry.state)).toEqual(['queued', 'queued'])
  vi.setSystemTime(Date.now() + 1000)
  await runDurableObjectAlarm(siteStub(enrolled.site))
  expect(await list()).toMatchObject([
    { id: late, state: 'queued' },
    { id: soon, state: 'expired', outcome: { kind: 'expired', code: 'expired' } },
  ])
  const back = await relink(key, enrolled)
  const { order } = await back.relay.next('command')
  expect([order.id, order.ttlMs]).toEqual([late, 59_000])
})

test('[C2] what expired here is done when its relay has that result: this copy of the disk was older', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { owner, relay, key, enrolled, ask, list } = await openMine()
  relay.wire.ws.close()
  const id = newCommand()
  await ask(id, { ttlMs: 1000 })
  vi.setSystemTime(Date.now() + 1000)
  await runDurableObjectAlarm(siteStub(enrolled.site))
  expect(await list()).toMatchObject([{ id, state: 'expired' }])
  const back = await relink(key, enrolled)
  const dashboard = await TestDashboard.open(owner, enrolled.site)
  await dashboard.next('commands')
  back.relay.result({ id, miner, outcome: done, startedAt: 1, endedAt: 2 }, { epoch: 1, seq: 2 })
  expect(await dashboard.next('commands')).toMatchObject({ commands: [{ id, state: 'done', endedAt: 2 }] })
  const more: Outcome = { ...done, kind: 'failed' }
  back.relay.result({ id, miner, outcome: more, startedAt: 1, endedAt: 3 }, { epoch: 1, seq: 3 })
  await back.relay.next('durable')
  await back.relay.next('durable')
  expect(await list()).toMatchObject([{ id, state: 'done', endedAt: 2 }])
})

test('a command has no more time to live after the clock of control was set back', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { relay, key, enrolled, ask } = await openMine()
  const id = newCommand()
  await ask(id, { ttlMs: 3_600_000 })
  await relay.next('command')
  relay.wire.ws.close()
  vi.setSystemTime(Date.now() - 3_600_000)
  const back = await relink(key, enrolled)
  expect((await back.relay.next('command')).order).toMatchObject({ id, ttlMs: 3_600_000 })
})

test('[C2] what was sent over a lost link goes again with the same id, and is never called expired', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { relay, key, enrolled, ask, list } = await openMine()
  const id = newCommand()
  await ask(id, { ttlMs: 1000 })
  await relay.next('command')
  relay.wire.ws.close()
  vi.setSystemTime(Date.now() + 5000)
  await runDurableObjectAlarm(siteStub(enrolled.site))
  expect(await list()).toMatchObject([{ id, state: 'sent' }])
  const back = await relink(key, enrolled)
  expect((await back.relay.next('command')).order).toMatchObject({ id, ttlMs: 0 })
})

test('[C2] what an accepted command did is not asked again', async () => {
  const { relay, key, enrolled, ask } = await openMine()
  const id = newCommand()
  await ask(id)
  relay.send({ type: 'accepted', id })
  relay.events([{ type: 'note', level: 'info', code: 'x', text: '' }], { epoch: 1, seq: 2 })
  await relay.next('durable')
  const back = await relink(key, enrolled)
  back.relay.events([{ type: 'note', level: 'info', code: 'x', text: '' }], { epoch: 1, seq: 3 })
  await back.relay.next('durable')
  expect(back.relay.received.filter(message => message.type === 'command')).toEqual([])
})

test('[C2] what a revoked relay was sent ends as unknown', async () => {
  const { owner, relay, ask, list, enrolled } = await openMine()
  const { orgs } = me.parse((await owner.get(paths.me)).body)
  const id = newCommand()
  await ask(id)
  await relay.next('command')
  await owner.delete(paths.relay(orgs[0]!.id, enrolled.relay))
  expect(await list()).toMatchObject([{ id, state: 'unknown', outcome: { code: 'interrupted' } }])
})

test('refuses a miner that is not there, and sends nothing', async () => {
  const { ask } = await openMine()
  const id = newCommand()
  const answer = await ask(id, { miners: [{ id, miner: minerAt(9).id }] })
  expect(answer).toMatchObject({
    status: 200,
    body: { commands: [{ state: 'refused', outcome: { code: 'no-such-miner' } }] },
  })
})

test('refuses one id for two miners, and ids that are none', async () => {
  const { ask } = await openMine()
  const id = newCommand()
  const twice = [miner, minerAt(9).id].map(to => ({ id, miner: to }))
  expect((await ask(id, { miners: twice })).status).toBe(409)
  expect(await ask(id, { miners: [{ id: 'x', miner }] })).toMatchObject({
    status: 400,
    body: { error: { field: 'miners.0.id' } },
  })
})

test("lists a miner's commands, newest first", async () => {
  const { owner, enrolled, ask } = await openMine()
  const ids = [newCommand(), newCommand()]
  await ask(ids[0]!)
  await ask(ids[1]!)
  const of = async (id: string) =>
    commandList.parse((await owner.get(`${paths.commands(enrolled.site)}?miner=${id}`)).body).commands
  expect((await of(miner)).map(entry => entry.id)).toEqual([ids[1], ids[0]])
  expect(await of(minerAt(9).id)).toEqual([])
})

test('[S7] a thousand commands wait for the credit of the relay, and all arrive', async () => {
  const { owner, relay, enrolled } = await openMine()
  const miners = () => Array.from({ length: 1000 }, () => ({ id: newCommand(), miner }))
  const pools = Array.from({ length: 3 }, () => ({ url: `stratum+tcp://${'p'.repeat(200)}`, user: 'u'.repeat(200) }))
  const asked = await owner.post(paths.commands(enrolled.site), {
    command: { kind: 'setPools', pools },
    miners: miners(),
  })
  expect(asked.status).toBe(200)
  const states = commandList.parse(asked.body).commands.map(entry => entry.state)
  expect(new Set(states)).toEqual(new Set(['sent', 'queued']))
  const seen = new Set<CommandId>()
  while (seen.size < 1000) seen.add((await relay.next('command')).order.id)
  expect(relay.wire.closed).toBe(null)
})
