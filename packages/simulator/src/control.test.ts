import { expect, test } from 'vitest'
import { startControl } from './control.ts'
import { testSite } from './testing.ts'

async function controlled() {
  const started = await testSite({ miners: [{ model: 's21' }, { model: 'bitaxe-gamma' }] })
  const control = await startControl(started.site, null, 0)
  const [miner] = started.site.miners
  const post = async (path: string, body: unknown, type = 'application/json') => {
    const answer = await fetch(`${control.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    })
    return { status: answer.status, said: JSON.parse(await answer.text()) }
  }
  const list = async () => JSON.parse(await (await fetch(`${control.url}/miners`)).text())
  return {
    url: control.url,
    miner: miner!,
    post,
    list,
    [Symbol.asyncDispose]: async () => {
      await control[Symbol.asyncDispose]()
      await started.site.close()
    },
  }
}

test('lists the miners as they are in truth, without the passwords of their pools', async () => {
  await using at = await controlled()
  const listed = await at.list()
  expect(listed).toMatchObject([
    {
      id: 'm0001',
      address: at.miner.address,
      model: 'Antminer S21',
      mac: at.miner.mac,
      phase: 'up',
      fault: null,
      boots: 1,
    },
    { id: 'm0002', family: 'bitaxe' },
  ])
  expect(listed[0].pools[0]).not.toHaveProperty('password')
})

test('sets and heals a fault', async () => {
  await using at = await controlled()
  const path = `/miners/${at.miner.address}/fault`
  expect(await at.post(path, { fault: 'hot', options: { byC: 30 } })).toMatchObject({
    status: 200,
    said: { fault: 'hot' },
  })
  expect(at.miner.state().fault).toMatchObject({ name: 'hot', options: { byC: 30 } })
  expect(await at.post(path, { fault: null })).toMatchObject({ status: 200, said: { fault: null } })
})

test('reboots a miner', async () => {
  await using at = await controlled()
  expect(await at.post(`/miners/${at.miner.address}/reboot`, {})).toMatchObject({ said: { phase: 'rebooting' } })
})

test('refuses what it does not know, and says what', async () => {
  await using at = await controlled()
  const path = `/miners/${at.miner.address}/fault`
  expect(await at.post(path, { fault: 'bored' })).toMatchObject({ status: 400 })
  expect(await at.post(path, { fault: 'slow', options: { delayMs: 'long' } })).toMatchObject({ status: 400 })
  expect(await at.post('/miners/127.0.0.1/fault', { fault: 'hot' })).toMatchObject({ status: 404 })
  expect(await at.post(path, { fault: 'hot' }, 'text/plain')).toMatchObject({ status: 415 })
  expect(at.miner.state().fault).toBe(null)
})

test('tells of one miner', async () => {
  await using at = await controlled()
  const answer = await fetch(`${at.url}/miners/${at.miner.address}`)
  expect(JSON.parse(await answer.text())).toMatchObject({ id: 'm0001', address: at.miner.address })
  expect((await fetch(`${at.url}/miners/127.0.0.1`)).status).toBe(404)
})

test('sets a fault on a share of the site at once, and heals all', async () => {
  await using at = await controlled()
  const faults = async () => (await at.list()).map((miner: { fault: string | null }) => miner.fault)
  expect(await at.post('/faults', { share: 1, fault: 'dead-fan' })).toMatchObject({ status: 200, said: { miners: 2 } })
  expect(await faults()).toEqual(['dead-fan', 'dead-fan'])
  expect(await at.post('/faults', { share: 1, fault: null })).toMatchObject({ status: 200, said: { miners: 2 } })
  expect(await faults()).toEqual([null, null])
  expect(await at.post('/faults', { share: 2, fault: 'hot' })).toMatchObject({ status: 400 })
  const moved = { share: 1, fault: 'dhcp-move', options: { address: '127.3.3.3' } }
  expect(await at.post('/faults', moved)).toMatchObject({ status: 400 })
})

test('lists a site of thousands whole', async () => {
  await using started = await testSite({ miners: 1_001 })
  await using control = await startControl(started.site, null, 0)
  const listed = JSON.parse(await (await fetch(`${control.url}/miners`)).text())
  expect(listed.map((miner: { id: string }) => miner.id)).toEqual(started.site.miners.map(miner => miner.id))
})
