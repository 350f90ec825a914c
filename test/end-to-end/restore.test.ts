import { copyFileSync, cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { startSite } from '@headframe/simulator'
import { expect, test } from 'vitest'
import { startBox, type Box } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp, signIn } from '../harness/control-api.ts'
import { openDashboard, type DashboardClient } from '../harness/dashboard-client.ts'
import { freePort, scratchFolder } from '../harness/processes.ts'
import { rangesOf, writeConfig } from '../harness/relay.ts'

const pools = [{ url: 'stratum+tcp://127.0.0.1:9', user: 'nobody' }]
const ports = { 80: 18_180, 4028: 14_128, 4433: 14_533 }

/** SQLite keeps what is not in the file yet beside it. */
const parts = ['', '-wal', '-shm']

function copyDatabase(from: string, to: string): void {
  for (const part of parts) {
    rmSync(to + part, { force: true })
    if (existsSync(from + part)) copyFileSync(from + part, to + part)
  }
}

/** Runs a box for a while, with a dashboard at it. */
async function during<T>(box: Box, run: (view: DashboardClient, by: Awaited<ReturnType<typeof signIn>>) => Promise<T>) {
  const by = box.setupCode === undefined ? await signIn(box.url) : await setUp(box.url, box.setupCode)
  using view = await openDashboard(by.api, by.site)
  const result = await run(view, by)
  expect(await box.stop()).toBe(0)
  return result
}

const idsByAddress = (view: DashboardClient) =>
  new Map([...view.miners.values()].map(({ info }) => [info.address, info.id]))

test('[S5] [C1] a relay whose database is an older copy tells its inventory anew: control keeps the miners that it knows, and no others', async () => {
  using scratch = scratchFolder()
  const site = await startSite({ miners: 8, seed: 3, firstAddress: '127.53.0.1', ports, pools, stratum: false })
  await using _site = { [Symbol.asyncDispose]: () => site.close() }
  const dataDir = join(scratch.path, 'data')
  const [database, copy] = [join(dataDir, 'relay/site.db'), join(scratch.path, 'older.db')]
  const port = await freePort()
  const start = () => startBox({ dataDir, port })
  const firstFour = { ...site, miners: site.miners.slice(0, 4) }

  writeConfig(dataDir, { ranges: rangesOf(firstFour) })
  await using before = await start()
  const known = await during(before, async view => {
    await view.until('four miners', () => view.miners.size === 4, 90_000)
    return idsByAddress(view)
  })
  copyDatabase(database, copy)

  writeConfig(dataDir, { ranges: rangesOf(site) })
  await using lost = await start()
  const [all, command] = await during(lost, async (view, { api, site: siteId }) => {
    await view.until('eight miners', () => view.miners.size === 8, 90_000)
    const miner = known.get(firstFour.miners[0]!.address)!
    const id = await askCommand({ api, site: siteId, miner, command: { kind: 'locate', on: true } })
    await resultOf(view, id)
    return [idsByAddress(view), id] as const
  })
  copyDatabase(copy, database)

  await using restored = await start()
  await during(restored, async view => {
    const isAnew = (address: string) => !known.has(address) && idsByAddress(view).get(address) !== all.get(address)
    const anew = () => [...idsByAddress(view).keys()].filter(isAnew)
    await view.until(
      'four of them as they were, and four anew',
      () => view.miners.size === 8 && anew().length === 4,
      90_000,
    )
    for (const [address, id] of known) expect(idsByAddress(view).get(address)).toBe(id)
    expect(view.commands.get(command)?.endedAt).not.toBe(null)
  })
})

test('[S5] a control whose data is an older copy is told again what its relay holds, by the same names', async () => {
  using scratch = scratchFolder()
  const site = await startSite({ miners: 6, seed: 4, firstAddress: '127.54.0.1', ports, pools, stratum: false })
  await using _site = { [Symbol.asyncDispose]: () => site.close() }
  const dataDir = join(scratch.path, 'data')
  const [folder, copy] = [join(dataDir, 'control'), join(scratch.path, 'older')]
  const port = await freePort()
  const start = () => startBox({ dataDir, port })

  writeConfig(dataDir, { ranges: rangesOf({ ...site, miners: site.miners.slice(0, 2) }) })
  await using before = await start()
  await during(before, view => view.until('two miners', () => view.miners.size === 2, 90_000))
  cpSync(folder, copy, { recursive: true })

  writeConfig(dataDir, { ranges: rangesOf(site) })
  await using lost = await start()
  const all = await during(lost, async view => {
    await view.until('six miners', () => view.miners.size === 6, 90_000)
    return idsByAddress(view)
  })
  rmSync(folder, { recursive: true })
  cpSync(copy, folder, { recursive: true })

  await using restored = await start()
  await during(restored, async view => {
    await view.until('six miners again, hashing', () => view.miners.size === 6 && view.states().hashing === 6, 90_000)
    expect(idsByAddress(view)).toEqual(all)
  })
})
