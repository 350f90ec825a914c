import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StratumSession } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { startBox, type Box } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp } from '../harness/control-api.ts'
import { openDashboard, type DashboardClient } from '../harness/dashboard-client.ts'
import { scratchFolder } from '../harness/processes.ts'

interface Shares {
  /** Ids of the sessions that are open at the proxy. */
  readonly open: readonly string[]
  readonly accepted: number
  readonly rejected: number
  /** Copies that the capture never got. */
  readonly dropped: number
}

async function sharesOf(view: DashboardClient): Promise<Shares> {
  const answer = await view.ask({ kind: 'sessions', limit: 500 })
  if (answer.kind !== 'sessions') return { open: [], accepted: 0, rejected: 0, dropped: 0 }
  const open = answer.sessions.filter(session => session.endedAt === null)
  const sum = (field: 'accepted' | 'rejected') =>
    open.reduce((total, session: StratumSession) => total + session[field], 0)
  return {
    open: open.map(session => session.id),
    accepted: sum('accepted'),
    rejected: sum('rejected'),
    dropped: answer.health.dropped,
  }
}

/** Waits until the shares of a site are as `wanted` says; what is asked of a relay that is away is asked again. */
async function untilShares(view: DashboardClient, wanted: (shares: Shares) => boolean): Promise<Shares> {
  for (;;) {
    const shares = await sharesOf(view)
    if (wanted(shares)) return shares
    await sleep(250)
  }
}

async function killAndWait(box: Box, name: string): Promise<void> {
  const before = box.pid(name)
  process.kill(before, 'SIGKILL')
  await box.program.until(new RegExp(`${name} ended \\(SIGKILL\\); starting it again`))
  while (box.pid(name) === before) await sleep(50)
}

async function reopen(open: () => Promise<DashboardClient>): Promise<DashboardClient> {
  for (;;) {
    const view = await open().catch(() => undefined)
    if (view) return view
    await sleep(250)
  }
}

const relayIsBack = (view: DashboardClient) => [...view.relays.values()].every(relay => relay.silentSince === null)
const areHashing = (view: DashboardClient) => (view.states().hashing ?? 0) > 25

test('[S5] [C1] [P2] [P3] each process is killed with -9 under load: the rest goes on, and it comes back whole', async () => {
  using scratch = scratchFolder()
  await using box = await startBox({ dataDir: join(scratch.path, 'data'), demo: 40 })
  const { api, site } = await setUp(box.url, box.setupCode ?? '')
  const open = () => openDashboard(api, site)
  let view = await open()
  await view.until('all miners found, and hashing', () => view.miners.size === 40 && areHashing(view), 90_000)
  const miner = [...view.miners.values()].find(one => one.info.driver !== 'bitaxe')!.info.id
  const locate = (on: boolean) => askCommand({ api, site, miner, command: { kind: 'locate', on } })
  const known = [...view.miners.keys()].sort()
  const first = await untilShares(view, shares => shares.open.length > 25 && shares.accepted > 0)

  // The fleet core, with a command on its way: no miner loses its pool, no share is lost, the command has one result.
  const underWay = await locate(true)
  await killAndWait(box, 'fleet core')
  expect(['done', 'refused', 'unknown']).toContain((await resultOf(view, underWay)).state)
  const afterCore = await untilShares(view, shares => shares.accepted > first.accepted)
  expect(afterCore).toMatchObject({ open: expect.arrayContaining([...first.open]), rejected: 0, dropped: 0 })
  await view.until('miners hashing again', () => relayIsBack(view) && areHashing(view))
  expect((await resultOf(view, await locate(true))).state).toBe('done')

  // Capture: the same sessions go on, and nothing that passed meanwhile is missing.
  await killAndWait(box, 'capture')
  const afterCapture = await untilShares(view, shares => shares.accepted > afterCore.accepted)
  expect(afterCapture).toMatchObject({ open: expect.arrayContaining([...first.open]), rejected: 0, dropped: 0 })

  // The proxy: miners use their next pool, and come back to the proxy.
  await killAndWait(box, 'proxy')
  const isNew = (id: string) => !first.open.includes(id)
  await untilShares(view, shares => shares.open.filter(isNew).length > 25)

  // Control, with a command on its way: the same people, miners and results.
  const lastAsked = await locate(false)
  await killAndWait(box, 'control')
  view.close()
  view = await reopen(open)
  await view.until('the relay back', () => relayIsBack(view) && view.miners.size === known.length)
  expect([...view.miners.keys()].sort()).toEqual(known)
  expect((await resultOf(view, lastAsked)).state).toBe('done')
  expect((await resultOf(view, await locate(true))).state).toBe('done')
  view.close()
  expect(await box.stop()).toBe(0)
})
