import { evictDurableObject, reset } from 'cloudflare:test'
import { newId, paths, relayList } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { seed } from '../test/seed.ts'
import { enrolRelay, linkRelay, minerAt, newKey } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())

test('a box whose key was lost enrols as another relay of its site, told apart by name', async () => {
  const { owner, org, site } = await seed()
  const { relay, enrolled } = await linkRelay()
  relay.wire.ws.close()
  await evictDurableObject(siteStub(site), { webSockets: 'close' })
  const second = await enrolRelay(await newKey())
  expect(second).toMatchObject({ site })
  expect(second.relay).not.toBe(enrolled.relay)
  const { relays } = relayList.parse((await owner.get(paths.relays(org))).body)
  expect(relays.map(each => each.name)).toEqual(['This box', 'This box (2)'])
})

test('a relay keeps its name, however often it enrols', async () => {
  const { owner, org } = await seed()
  const keys = [await newKey(), await newKey()]
  for (const key of [...keys, ...keys]) await enrolRelay(key)
  const { relays } = relayList.parse((await owner.get(paths.relays(org))).body)
  expect(relays.map(each => each.name).toSorted()).toEqual(['This box', 'This box (2)'])
})

test('[S4] commands for a miner go to the newest relay that tells of it', async () => {
  const { owner, site } = await seed()
  for (let round = 0; round < 4; round++) {
    const { relay } = await linkRelay()
    relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
    await relay.next('durable')
    const id = newId('cmd', random)
    await owner.post(paths.commands(site), { command: { kind: 'reboot' }, miners: [{ id, miner: minerAt(0).id }] })
    expect((await relay.next('command')).order.id).toBe(id)
  }
})
