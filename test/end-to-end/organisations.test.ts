import { join } from 'node:path'
import { orgId, paths, siteId } from '@headframe/protocol'
import { startSite } from '@headframe/simulator'
import { expect, test } from 'vitest'
import { startBox } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp, signIn } from '../harness/control-api.ts'
import { openDashboard } from '../harness/dashboard-client.ts'
import { scratchFolder } from '../harness/processes.ts'
import { created, enrolmentCode, joinByHand, rangesOf, startRelay, writeConfig } from '../harness/relay.ts'

const pools = [{ url: 'stratum+tcp://127.0.0.1:9', user: 'nobody' }]
const ports = { 80: 18_180, 4028: 14_128, 4433: 14_533 }

async function simulate(firstAddress: string, seed: number) {
  const site = await startSite({ miners: 4, seed, firstAddress, ports, pools, stratum: false })
  return { ...site, [Symbol.asyncDispose]: () => site.close() }
}

test('[X6] two organisations on one control never meet, and a relay enrolled by hand joins a running control', async () => {
  using scratch = scratchFolder()
  await using ours = await simulate('127.50.0.1', 1)
  await using theirs = await simulate('127.51.0.1', 2)
  const boxData = join(scratch.path, 'box')
  await using box = await startBox({ dataDir: boxData })
  const north = await setUp(box.url, box.setupCode ?? '')

  const second = orgId.parse(created.parse(await north.api.send('POST', paths.orgs, { name: 'South Hashing' })).id)
  const southSite = siteId.parse(created.parse(await north.api.send('POST', paths.sites(second), { name: 'South' })).id)
  const southern = { login: 'southern', password: 'quite another password' }
  await north.api.send('POST', paths.people(second), { name: 'Southern', ...southern, role: 'owner' })
  const south = await signIn(box.url, southern)

  const relayData = [join(scratch.path, 'relay-north'), join(scratch.path, 'relay-south')] as const
  const northOrg = north.me.orgs[0]!.id
  await joinByHand({
    dataDir: relayData[0],
    url: box.url,
    code: await enrolmentCode(north.api, northOrg, north.site),
    allow: ['locate'],
  })
  await joinByHand({ dataDir: relayData[1], url: box.url, code: await enrolmentCode(south.api, second, southSite) })
  writeConfig(relayData[0], { ranges: rangesOf(ours) })
  writeConfig(relayData[1], { ranges: rangesOf(theirs) })
  await using _northRelay = await startRelay(relayData[0])
  await using _southRelay = await startRelay(relayData[1])

  using northView = await openDashboard(north.api, north.site)
  using southView = await openDashboard(south.api, southSite)
  await northView.until('four miners in the north', () => northView.miners.size === 4)
  await southView.until('four miners in the south', () => southView.miners.size === 4)
  const addresses = (view: typeof northView) => [...view.miners.values()].map(miner => miner.info.address).sort()
  expect(addresses(northView)).toEqual(ours.miners.map(miner => miner.address).sort())
  expect(addresses(southView)).toEqual(theirs.miners.map(miner => miner.address).sort())

  const southMiner = [...southView.miners.values()][0]!.info.id
  const lists = await Promise.all(
    [
      paths.people(second),
      paths.relays(second),
      paths.commands(southSite),
      `/api/sites/${siteId.parse('site_doesnotexist1')}/commands`,
    ].map(path => northOutsider(path)),
  )
  async function northOutsider(path: string) {
    const viewer = { login: 'northviewer', password: 'northern viewer password' }
    await north.api.raw('POST', paths.people(northOrg), { name: 'Viewer', ...viewer, role: 'owner' })
    return (await signIn(box.url, viewer)).api.raw('GET', path)
  }
  expect(new Set(lists.map(answer => JSON.stringify(answer)))).toHaveLength(1)
  expect(lists[0]).toMatchObject({ status: 404, body: { error: { code: 'not-found' } } })

  const order = { command: { kind: 'locate', on: true }, miners: [{ id: 'cmd_crossing1', miner: southMiner }] }
  const crossed = await (await signIn(box.url, southern)).api.raw('POST', paths.commands(north.site), order)
  expect(crossed).toEqual(lists[0])
  const text = JSON.stringify(northView.heard)
  for (const name of [southMiner, southSite, second, 'South', ...theirs.miners.map(miner => miner.address)])
    expect(text).not.toContain(name)

  // [C4] The southern relay was joined without any right: it refuses, and says why.
  const own = await askCommand({
    api: south.api,
    site: southSite,
    miner: southMiner,
    command: { kind: 'locate', on: true },
  })
  expect(await resultOf(southView, own)).toMatchObject({ state: 'refused', outcome: { code: 'policy' } })
})

test('a relay joined to two controls at once serves both', async () => {
  using scratch = scratchFolder()
  await using miners = await simulate('127.52.0.1', 3)
  const dataDir = join(scratch.path, 'first')
  writeConfig(dataDir, { ranges: rangesOf(miners) })
  await using first = await startBox({ dataDir })
  await using second = await startBox({ dataDir: join(scratch.path, 'second') })
  const here = await setUp(first.url, first.setupCode ?? '')
  const there = await setUp(second.url, second.setupCode ?? '')
  const code = await enrolmentCode(there.api, there.me.orgs[0]!.id, there.site)
  await joinByHand({ dataDir, url: second.url, code })

  using hereView = await openDashboard(here.api, here.site)
  using thereView = await openDashboard(there.api, there.site)
  const views = [hereView, thereView]
  for (const view of views) await view.until('all four miners hashing', () => view.states().hashing === 4, 60_000)
  expect([...views[0]!.miners.keys()].sort()).toEqual([...views[1]!.miners.keys()].sort())
  const allowed = (view: (typeof views)[number]) => [...view.relays.values()].map(relay => relay.allowed.toSorted())
  expect(allowed(views[0]!)).toEqual([['locate', 'reboot']])
  expect(allowed(views[1]!)).toContainEqual([])
})
