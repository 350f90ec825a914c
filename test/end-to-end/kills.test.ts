import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startBox, type Box } from '../harness/box.ts'
import { askCommand, resultOf } from '../harness/commands.ts'
import { setUp } from '../harness/control-api.ts'
import { openDashboard, type DashboardClient } from '../harness/dashboard-client.ts'
import { scratchFolder } from '../harness/processes.ts'

/** Which sessions are open at the proxy, by id. */
async function openSessions(view: DashboardClient): Promise<string[]> {
  const answer = await view.ask({ kind: 'sessions', limit: 500 })
  if (answer.kind !== 'sessions') throw new Error(`no sessions: ${JSON.stringify(answer)}`)
  return answer.sessions.filter(session => session.endedAt === null).map(session => session.id)
}

async function killAndWait(box: Box, name: string): Promise<void> {
  const before = box.pid(name)
  process.kill(before, 'SIGKILL')
  await box.program.until(new RegExp(`${name} ended \\(SIGKILL\\); starting it again`))
  while (box.pid(name) === before) await new Promise(resolve => setTimeout(resolve, 50))
}

test('each process is killed with -9 under load: the rest goes on, and it comes back whole', async () => {
  using scratch = scratchFolder()
  await using box = await startBox({ dataDir: join(scratch.path, 'data'), demo: 40 })
  const { api, site } = await setUp(box.url, box.setupCode ?? '')
  let view = await openDashboard(api, site)
  await view.until('miners hashing', () => (view.states().hashing ?? 0) > 25, 60_000)
  const miner = [...view.miners.values()].find(one => one.info.driver !== 'bitaxe')!.info.id
  const locate = (on: boolean) => askCommand({ api, site, miner, command: { kind: 'locate', on } })
  const known = [...view.miners.keys()].sort()
  const sessions = await openSessions(view)
  expect(sessions.length).toBeGreaterThan(25)

  // The fleet core: no share is lost, and no miner is forgotten.
  await killAndWait(box, 'fleet core')
  await view.until(
    'the relay silent or back',
    () => [...view.relays.values()].every(relay => relay.silentSince === null),
    20_000,
  )
  expect(await openSessions(view)).toEqual(expect.arrayContaining(sessions))
  await view.until('miners hashing again', () => (view.states().hashing ?? 0) > 25, 30_000)
  expect((await resultOf(view, await locate(true))).state).toBe('done')

  // Capture: sessions go on, and are written again.
  await killAndWait(box, 'capture')
  await expect
    .poll(async () => (await view.ask({ kind: 'sessions', limit: 1 })).kind, { timeout: 20_000 })
    .toBe('sessions')
  expect((await openSessions(view)).length).toBeGreaterThan(25)

  // [P3] The proxy: miners reach a pool within seconds, and are back at the proxy later.
  await killAndWait(box, 'proxy')
  await expect
    .poll(async () => (await openSessions(view)).length, { timeout: 60_000, interval: 500 })
    .toBeGreaterThan(25)

  // Control: the dashboard comes back to the same people, miners and results.
  await killAndWait(box, 'control')
  view.close()
  view = await expect
    .poll(() => openDashboard(api, site).catch(() => undefined), { timeout: 30_000 })
    .not.toBeUndefined()
    .then(() => openDashboard(api, site))
  await view.until('the same miners', () => view.miners.size === known.length, 30_000)
  expect([...view.miners.keys()].sort()).toEqual(known)
  await view.until('the relay back', () => [...view.relays.values()].every(relay => relay.silentSince === null), 40_000)
  expect((await resultOf(view, await locate(false))).state).toBe('done')
  view.close()
  expect(await box.stop()).toBe(0)
})
