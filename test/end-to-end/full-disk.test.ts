import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { columns, readCell } from '@headframe/protocol'
import { startSite, type SimulatedSite } from '@headframe/simulator'
import { expect, test } from 'vitest'
import { startBox, type Box } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp, type SignedIn } from '../harness/control-api.ts'
import { openDashboard, type DashboardClient } from '../harness/dashboard-client.ts'
import { recordedProcesses, scratchFolder } from '../harness/processes.ts'
import { enrolmentCode, joinByHand, rangesOf, startRelay, writeConfig } from '../harness/relay.ts'
import { mountSmallDisk } from '../harness/small-disk.ts'

const pools = [{ url: 'stratum+tcp://127.0.0.1:9', user: 'nobody' }]
const ports = { 80: 18_280, 4028: 14_228, 4433: 14_633 }

async function simulate(firstAddress: string) {
  const site = await startSite({ miners: 5, seed: 7, firstAddress, ports, pools, stratum: false })
  return { ...site, [Symbol.asyncDispose]: () => site.close() }
}

/** Enrols a relay that is not running yet with a box's control. */
async function joinTo(box: Box, { dataDir, site }: { dataDir: string; site: SimulatedSite }): Promise<SignedIn> {
  const person = await setUp(box.url, box.setupCode ?? '')
  const code = await enrolmentCode(person.api, person.me.orgs[0]!.id, person.site)
  await joinByHand({ dataDir, url: box.url, code, allow: ['locate'] })
  writeConfig(dataDir, { ranges: rangesOf(site), pollEveryMs: 5000, healthPort: null })
  return person
}

/** When the newest reading of a dashboard was taken. */
function newestReading(view: DashboardClient): number {
  const rows = [...view.miners.values()].map(({ relay, info }) => {
    const table = view.followers.get(`${relay}/${info.cohort}`)?.table
    return table ? readCell(table, columns.observedAt, info.slot) : null
  })
  return Math.max(...rows.map(at => at ?? 0))
}

test('[S1] [C1] a relay whose disk is full reads its miners on, declines commands, and goes on by itself when there is space', async context => {
  using scratch = scratchFolder()
  using disk = mountSmallDisk(join(scratch.path, 'small'), 160)
  if (disk === null) return context.skip('mounting a small disk is not allowed here')
  await using site = await simulate('127.52.0.1')
  await using box = await startBox({ dataDir: join(scratch.path, 'box') })
  const dataDir = join(disk.path, 'relay')
  const { api, site: siteId } = await joinTo(box, { dataDir, site })
  await using _relay = await startRelay(dataDir)
  const fleetCore = () => recordedProcesses(dataDir).find(one => one.name === 'fleet core')?.pid
  const before = fleetCore()
  using view = await openDashboard(api, siteId)
  await view.until('all miners hashing', () => view.states().hashing === 5, 60_000)
  const target = [...view.miners.values()].find(one => one.info.driver !== 'bitaxe')!.info
  const locate = () => askCommand({ api, site: siteId, miner: target.id, command: { kind: 'locate', on: true } })

  disk.fill()
  const declined = await resultOf(view, await locate())
  expect(declined).toMatchObject({ state: 'refused', outcome: { code: 'disk-full' } })
  expect(site.miner(target.address)?.state().locating).toBe(false)
  const filledAt = Date.now()
  await view.until('readings taken after that', () => newestReading(view) > filledAt + 5000)
  expect(view.states().hashing).toBe(5)

  disk.free()
  expect((await resultOf(view, await locate())).state).toBe('done')
  expect(fleetCore()).toBe(before)
})

async function untilOpen(open: () => Promise<DashboardClient>): Promise<DashboardClient> {
  for (;;) {
    const view = await open().catch(() => null)
    if (view) return view
    await sleep(250)
  }
}

test('[S1] [S5] a control whose disk is full loses nothing that it took, and has the rest when there is space', async context => {
  using scratch = scratchFolder()
  using disk = mountSmallDisk(join(scratch.path, 'small'), 160)
  if (disk === null) return context.skip('mounting a small disk is not allowed here')
  await using site = await simulate('127.53.0.1')
  await using box = await startBox({ dataDir: join(disk.path, 'box') })
  const dataDir = join(scratch.path, 'relay')
  const { api, site: siteId } = await joinTo(box, { dataDir, site })
  await using _relay = await startRelay(dataDir)
  const open = async () => {
    const view = await openDashboard(api, siteId)
    await view.until('all miners hashing', () => view.states().hashing === 5, 60_000)
    return view
  }
  using before = await open()
  const target = [...before.miners.values()].find(one => one.info.driver !== 'bitaxe')!.info
  const order = () => ({ api, site: siteId, miner: target.id, command: { kind: 'locate', on: true } as const })
  const taken = await askCommand(order())
  expect((await resultOf(before, taken)).state).toBe('done')

  disk.fill()
  // An answer of 5xx, or none at all: nothing that was not written is taken.
  await expect(askCommand(order())).rejects.toThrow(/ 5\d\d |fetch failed/)
  disk.free()

  // Its processes may have fallen, and be started again.
  using after = await untilOpen(open)
  expect((await resultOf(after, taken)).state).toBe('done')
  expect((await resultOf(after, await askCommand(order()))).state).toBe('done')
})
