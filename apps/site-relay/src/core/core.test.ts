import { columns, readCell, reachStates, type MinerInfo } from '@headframe/protocol'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { connectCapture } from '../capture/client.ts'
import { allowInPolicyFile } from '../command/policy-file.ts'
import { readConfig } from '../config/index.ts'
import { healthOf } from '../health/health.ts'
import { loadKeys, type Keys } from '../keys/keys.ts'
import { startHandMadeControl, type HandMadeControl } from '../link/hand-made-control.ts'
import { anEnrolment, anOrder, controlOf } from '../store/builders.ts'
import { realEdges } from '../edge/real-edges.ts'
import { realWorld } from '../edge/world.ts'
import { createCore, type Core } from './core.ts'
import { startHandMadeMiner, type HandMadeMiner } from './hand-made-miner.ts'
import { runCore } from './run.ts'
import { openStores } from './stores.ts'
import { saveTables } from './table-saves.ts'

interface Site {
  readonly control: HandMadeControl
  readonly miner: HandMadeMiner
  readonly dir: string
  readonly keys: Keys
  /** What the wall clock of this box is off by. */
  readonly clock: { offMs: number }
  readonly startRelay: () => { readonly core: Core; readonly stop: () => Promise<void> }
}

/** A control, a Bitaxe, and relays on one data folder. */
async function site(): Promise<Site> {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-core-'))
  const keys = loadKeys(join(dir, 'keys'), 'machine')
  const control = await startHandMadeControl({ control: controlOf(1), publicKey: keys.publicKey })
  const miner = await startHandMadeMiner('127.0.7.1')
  const ports = { '80': miner.port, '4028': 1, '4433': 1 }
  const ranges = [{ name: 'test', addresses: '127.0.7.1-127.0.7.3', ports }]
  const config = readConfig({ path: 'relay.json', text: JSON.stringify({ ranges, scanEveryMs: 10_000 }) }, {})
  const stops: (() => Promise<void>)[] = []
  const clock = { offMs: 0 }
  const world = { ...realWorld, now: () => Date.now() + clock.offMs }
  const startRelay = () => {
    const stores = openStores(dir, keys.vault)
    stores.controls.save(anEnrolment(1, control.url))
    const ending = new AbortController()
    const capture = connectCapture(join(dir, 'capture.sock'))
    const log = pino({ level: 'silent' })
    const { signal } = ending
    const deps = { config, keys, stores, capture, world, edges: realEdges(dir), log, signal }
    const core = createCore(deps)
    runCore(core, deps)
    const stop = async () => {
      if (signal.aborted) return
      ending.abort()
      await core.guard.settled(1000)
      saveTables(core, deps)
      capture[Symbol.dispose]()
      stores.db.close()
    }
    stops.push(stop)
    return { core, stop }
  }
  onTestFinished(async () => {
    for (const stop of stops) await stop()
    await control.close()
    miner.close()
    rmSync(dir, { recursive: true })
  })
  return { control, miner, dir, keys, clock, startRelay }
}

const tableOf = (control: HandMadeControl) => control.followers.get(0)?.table ?? null
const hotIn = (control: HandMadeControl) => {
  const table = tableOf(control)
  return table && table.slots > 0 ? readCell(table, columns.chipTempC, 0) : null
}
const reachIn = (control: HandMadeControl) => {
  const table = tableOf(control)
  return table && table.slots > 0 ? reachStates[readCell(table, columns.reach, 0) ?? 0] : null
}
const minersIn = (control: HandMadeControl): MinerInfo[] =>
  control.events.flatMap(event => {
    const body: { readonly type?: string; readonly miner?: MinerInfo } = JSON.parse(JSON.stringify(event.body))
    return body.type === 'miner' && body.miner ? [body.miner] : []
  })

/** Acknowledges whatever comes, until something is so. */
async function until(control: HandMadeControl, seen: () => boolean): Promise<void> {
  await control.until(() => {
    control.acknowledge()
    return seen()
  })
}

test('a miner in a range is found, polled, and told of', async () => {
  const { control, startRelay } = await site()
  const { core } = startRelay()
  await until(control, () => minersIn(control).length === 1 && hotIn(control) === 55)
  expect(minersIn(control)[0]).toMatchObject({
    address: '127.0.7.1',
    driver: 'bitaxe',
    make: 'Bitaxe',
    mac: '30:AE:A4:00:00:01',
    cohort: 0,
    slot: 0,
  })
  const health = await healthOf({ phase: () => ({ kind: 'acts', core }), lease: () => null }, async () => 'down')
  expect(health).toMatchObject({ miners: { answering: 1 }, links: { [controlOf(1)]: 'up' }, commands: 0 })
})

test('a control is told how the relay is', async () => {
  const { control, startRelay } = await site()
  startRelay()
  await until(control, () => control.said.some(said => said.type === 'status'))
  const told = control.said.filter(said => said.type === 'status')
  expect(told.map(({ status }) => [status.latePolls, status.disk])).toEqual([[0, 'ok']])
})

test('a watched miner is read every two seconds, and its change seen within one of being read', async () => {
  const { control, miner, startRelay } = await site()
  startRelay()
  await until(control, () => hotIn(control) === 55)
  const [info] = minersIn(control)
  control.send({ type: 'watch', live: true, miners: [info!.id], tails: [], view: null })
  miner.says['temp'] = 63
  await until(control, () => hotIn(control) === 63)
  const details = control.said.filter(said => said.type === 'detail')
  const read = details.find(said => said.reading.hashboards[0]?.chipTempC === 63)
  expect(Date.now() - (read?.reading.at ?? 0)).toBeLessThan(1000)
})

test('[T1] a miner that falls silent keeps its values with their age, and is said to be silent', async () => {
  const { control, miner, startRelay } = await site()
  startRelay()
  await until(control, () => hotIn(control) === 55)
  control.send({ type: 'watch', live: true, miners: [minersIn(control)[0]!.id], tails: [], view: null })
  miner.close()
  await until(control, () => reachIn(control) === 'silent')
  expect(hotIn(control)).toBe(55)
}, 15_000)

test('[X2] a miner that says what no driver can take is garbled, and nothing else is stopped by it', async () => {
  const { control, miner, startRelay } = await site()
  const { core } = startRelay()
  await until(control, () => hotIn(control) === 55)
  control.send({ type: 'watch', live: true, miners: [minersIn(control)[0]!.id], tails: [], view: null })
  miner.says['hashRate'] = 1e308
  await until(control, () => reachIn(control) === 'garbled')
  miner.says['hashRate'] = 1200
  await until(control, () => reachIn(control) === 'answering')
  expect(core.fleet.counts()).toEqual({ answering: 1 })
}, 20_000)

test('a miner that comes back at another address is the same miner', async () => {
  const { control, miner, startRelay } = await site()
  const { core, stop } = startRelay()
  await until(control, () => minersIn(control).length === 1)
  const [before] = minersIn(control)
  await stop()
  miner.close()
  const moved = await startHandMadeMiner('127.0.7.3', miner.port)
  onTestFinished(() => moved.close())
  const again = startRelay()
  await until(control, () => minersIn(control).some(info => info.address === '127.0.7.3'))
  expect(minersIn(control).at(-1)?.id).toBe(before?.id)
  expect(again.core.fleet.inventory.all()).toHaveLength(1)
  expect(core.fleet.inventory.all()).toHaveLength(1)
}, 15_000)

test('[S2] a relay that starts again knows its miners, and tells what is new in a new epoch', async () => {
  const { control, miner, startRelay } = await site()
  const first = startRelay()
  await until(control, () => minersIn(control).length === 1 && hotIn(control) === 55)
  await first.stop()
  miner.says['hostname'] = 'renamed'
  const { core } = startRelay()
  expect(core.fleet.inventory.all().map(info => info.id)).toEqual(minersIn(control).map(info => info.id))
  await until(control, () => minersIn(control).length === 2)
  const [before, after] = control.events
  expect([before?.seq, after?.seq]).toEqual([1, 1])
  expect(after?.epoch).toBeGreaterThan(before?.epoch ?? Infinity)
})

test('[S2] a relay restored from a backup numbers nothing as it was numbered before', async () => {
  const { control, dir, keys, startRelay } = await site()
  const first = startRelay()
  await until(control, () => minersIn(control).length === 1)
  await first.stop()
  const backup = openStores(dir, keys.vault)
  backup.db.exec('UPDATE epoch SET epoch = 0; DELETE FROM events; DELETE FROM miners; DELETE FROM cohorts')
  backup.db.close()
  startRelay()
  await until(control, () => minersIn(control).length === 2)
  const [before, after] = control.said.flatMap(said => (said.type === 'hello' ? said.epoch : []))
  expect(after).toBeGreaterThan(before ?? Infinity)
})

test('[T1] after a start values are shown with their age, before any miner was polled again', async () => {
  const { control, startRelay } = await site()
  const first = startRelay()
  await until(control, () => hotIn(control) === 55)
  await first.stop()
  control.followers.clear()
  const { core } = startRelay()
  expect(core.fleet.lastReading(minersIn(control)[0]!.id)).toBeNull()
  expect(readCell(core.fleet.tables.cohorts()[0]!.table, columns.chipTempC, 0)).toBe(55)
})

const hellos = ({ said }: HandMadeControl) => said.filter(message => message.type === 'hello')

test('[T3] when the clock is set back a new epoch begins, so that no moment is there twice', async () => {
  const { control, clock, startRelay } = await site()
  startRelay()
  await until(control, () => control.isUp())
  clock.offMs = -3_600_000
  await until(control, () => hellos(control).length === 2)
  const [before, after] = hellos(control)
  expect(after!.epoch).toBeGreaterThan(before!.epoch)
  expect(after!.now).toBeLessThan(before!.now)
})

test('[T3] a relay that boots in 1970 says that its clock is wrong, and still begins an epoch above all others', async () => {
  const { control, clock, startRelay } = await site()
  const first = startRelay()
  await until(control, () => control.isUp())
  await first.stop()
  clock.offMs = 60_000 - Date.now()
  startRelay()
  await until(control, () => hellos(control).length === 2)
  const [before, after] = hellos(control)
  expect([before!.clock === 'wrong', after!.clock]).toEqual([false, 'wrong'])
  expect(after!.epoch).toBeGreaterThan(before!.epoch)
})

test('[C4] a command that the policy file does not allow is refused, and control learns at once what it allows now', async () => {
  const { control, dir, startRelay } = await site()
  startRelay()
  await until(control, () => minersIn(control).length === 1)
  const [info] = minersIn(control)
  const order = anOrder({ miner: info!.id, command: { kind: 'reboot' } })
  control.send({ type: 'command', order })
  await until(control, () => control.events.length === 2)
  allowInPolicyFile(dir, controlOf(1), ['locate'])
  expect(control.events[1]?.body).toMatchObject({ type: 'result', result: { outcome: { code: 'policy' } } })
  await until(control, () => control.said.some(said => said.type === 'hello' && said.allowed.includes('locate')))
})

test('[C2] a command that was begun when the relay was killed is told to be unknown after the start', async () => {
  const { control, dir, keys, startRelay } = await site()
  const stores = openStores(dir, keys.vault)
  stores.commands.add(controlOf(1), anOrder(), 10)
  stores.commands.begin(anOrder().id, 12)
  stores.db.close()
  startRelay()
  await until(control, () => control.events.length > 0)
  const result = { id: anOrder().id, outcome: { kind: 'unknown', code: 'interrupted' } }
  expect(control.events[0]?.body).toMatchObject({ type: 'result', result })
})

test('[X3] a miner that is known from a range which is no longer configured is not contacted', async () => {
  const { control, miner, dir, keys, startRelay } = await site()
  const first = startRelay()
  await until(control, () => hotIn(control) === 55)
  await first.stop()
  const asked = miner.asked()
  const stores = openStores(dir, keys.vault)
  const [info] = stores.inventory.miners()
  stores.inventory.saveMiner({ ...info!, address: '127.0.7.4' })
  stores.db.close()
  const elsewhere = await startHandMadeMiner('127.0.7.4', miner.port)
  onTestFinished(() => elsewhere.close())
  miner.close()
  allowInPolicyFile(dir, controlOf(1), ['reboot'])
  startRelay()
  await until(control, () => control.connections() === 2 && control.isUp())
  control.send({ type: 'command', order: anOrder({ miner: info!.id, command: { kind: 'reboot' } }) })
  await until(control, () => control.events.length === 2)
  expect(control.events[1]?.body).toMatchObject({ result: { outcome: { kind: 'refused', code: 'unreachable' } } })
  expect([elsewhere.asked(), miner.asked()]).toEqual([0, asked])
})
