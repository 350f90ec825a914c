import { evictDurableObject, reset } from 'cloudflare:test'
import { enrolment, newId, paths, relayList } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { Browser } from '../test/browser.ts'
import { seed } from '../test/seed.ts'
import { enrolRelay, linkRelay, minerAt, newKey, type Key } from '../test/relay.ts'
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

/** What control says to a key that enrols. */
async function refusalOf(key: Key, code?: string): Promise<unknown> {
  const body = { code: code ?? 'local-code-of-the-box', publicKey: key.publicKey, instance: 'box-1' }
  return (await new Browser().post(paths.enrol, body)).body
}
const conflict = (field: string, message: unknown) => ({ error: { code: 'conflict', field, message } })

test('a key that was revoked is told how to come back, and another one does', async () => {
  const { owner, org } = await seed()
  const key = await newKey()
  const { relay } = await enrolRelay(key)
  await owner.delete(paths.relay(org, relay))
  expect(await refusalOf(key)).toEqual(conflict('publicKey', expect.stringContaining('--new-key')))
  expect((await enrolRelay(await newKey())).relay).not.toBe(relay)
})

test('a code for a second box says why it opens nothing: the relay is full, or was revoked since', async () => {
  const { owner, org, site } = await seed()
  const { relay } = await enrolRelay(await newKey())
  const codeFor = async () => {
    const made = await owner.post(paths.enrolments(org), { site, name: 'Box', standbyOf: relay })
    return enrolment.parse(made.body).code
  }
  for (let box = 2; box <= 8; box++) await enrolRelay(await newKey(), { code: await codeFor() })
  expect(await refusalOf(await newKey(), await codeFor())).toEqual(conflict('code', expect.stringMatching(/8 boxes/)))
  const code = await codeFor()
  await owner.delete(paths.relay(org, relay))
  expect(await refusalOf(await newKey(), code)).toEqual(conflict('code', expect.stringMatching(/revoked since/)))
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
