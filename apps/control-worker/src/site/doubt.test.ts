import { evictDurableObject, reset } from 'cloudflare:test'
import { newId, paths, type CommandId, type SiteId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkBox, second, twoBoxes } from '../test/pair.ts'
import { minerAt } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())

const miner = (slot: number) => ({ type: 'miner' as const, miner: minerAt(slot) })

async function reboot(owner: Browser, site: SiteId, slot = 0): Promise<CommandId> {
  const id = newId('cmd', random)
  await owner.post(paths.commands(site), { command: { kind: 'reboot' }, miners: [{ id, miner: minerAt(slot).id }] })
  return id
}

test('[C2] what was asked before a start is not begun by a box that takes over: the disk may be an older copy', async () => {
  const { owner, site, first, enrolled, standbyKey } = await twoBoxes()
  first.relay.events([miner(0), miner(1)], { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  first.relay.wire.ws.close()
  const before = await reboot(owner, site)
  await evictDurableObject(siteStub(site), { webSockets: 'close' })
  const since = await reboot(owner, site, 1)
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  const orders = [(await relay.next('command')).order, (await relay.next('command')).order]
  expect(orders.map(({ id, again }) => [id, again])).toEqual([
    [before, true],
    [since, undefined],
  ])
})

test('what was asked before a sleep is still begun by a box that takes over, where a socket outlived it', async () => {
  const { owner, site, first, enrolled, standbyKey } = await twoBoxes()
  first.relay.events([miner(0)], { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  first.relay.wire.ws.close()
  await TestDashboard.open(owner, site)
  const asked = await reboot(owner, site)
  await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })
  await owner.get(paths.commands(site))
  await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  const { order } = await relay.next('command')
  expect([order.id, order.again]).toEqual([asked, undefined])
})
