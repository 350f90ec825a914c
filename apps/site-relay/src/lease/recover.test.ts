import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { connectCapture } from '../capture/client.ts'
import { readConfig } from '../config/index.ts'
import { openStores, type Stores } from '../core/stores.ts'
import { realEdges } from '../edge/real-edges.ts'
import { realWorld } from '../edge/world.ts'
import { anInfo, idOf } from '../fleet/builders.ts'
import { loadKeys } from '../keys/keys.ts'
import { startHandMadeControl, type HandMadeControl } from '../link/hand-made-control.ts'
import { anEnrolment, controlOf } from '../store/builders.ts'
import { openBox } from './box.ts'

interface Lost {
  readonly stores: Stores
  readonly control: HandMadeControl
  readonly publicKey: string
}

/** A relay with a key and what `prepare` gave it, and nothing else; a control that knows its miners. */
async function wiped(prepare: (lost: Lost) => unknown = ({ stores, control }) => enrol(stores, 1, control.url)) {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-recover-'))
  const keys = loadKeys(join(dir, 'keys'), 'machine')
  const control = await startHandMadeControl({ control: controlOf(1), publicKey: keys.publicKey })
  const stores = openStores(dir, keys.vault)
  await prepare({ stores, control, publicKey: keys.publicKey })
  const ending = new AbortController()
  const capture = connectCapture(join(dir, 'capture.sock'))
  const config = readConfig({ path: 'relay.json', text: '{}' }, {})
  const deps = {
    config,
    keys,
    stores,
    capture,
    world: realWorld,
    edges: realEdges(dir),
    log: pino({ level: 'silent' }),
  }
  let cores = 0
  const box = openBox({ ...deps, signal: ending.signal, giver: null, onCore: () => void (cores += 1) })
  onTestFinished(async () => {
    ending.abort()
    await box.ended
    await control.close()
    capture[Symbol.dispose]()
    stores.db.close()
    rmSync(dir, { recursive: true })
  })
  const stop = async () => {
    ending.abort()
    await box.ended
  }
  return { control, stores, stop, cores: () => cores }
}

const enrol = (stores: Stores, n: number, url: string) => stores.controls.save(anEnrolment(n, url))

test('[S5] a relay that lost its data copies its miners from control before it says anything of them', async () => {
  const { control, stores } = await wiped()
  const pulled = () => control.said.filter(said => said.type === 'pull').length
  const page = { type: 'page' as const, total: 2 }
  await control.until(() => pulled() === 1)
  const miners = [anInfo({ id: idOf(1), slot: 0 }), anInfo({ id: idOf(2), slot: 1 })]
  control.send({ ...page, miners, next: { revision: 2, miner: idOf(2) }, complete: false })
  await control.until(() => pulled() === 2)
  control.send({ ...page, miners: [], next: { revision: 2, miner: idOf(2) }, complete: true })
  const hellos = () => control.said.flatMap(said => (said.type === 'hello' ? [said] : []))
  await control.until(() => hellos().length === 2)
  expect(hellos().map(({ term }) => term)).toEqual([null, 0])
  expect(hellos()[1]?.cohorts).toEqual([{ cohort: 0, slots: 2 }])
  expect([stores.inventory.miners().map(({ id }) => id), control.events]).toEqual([[idOf(1), idOf(2)], []])
})

test('[S5] a control that holds nothing is not taken for all: the other one is asked too', async () => {
  const local = Promise.withResolvers<HandMadeControl>()
  const { control, stores } = await wiped(async ({ stores: lost, control: other, publicKey }) => {
    const first = await startHandMadeControl({ control: controlOf(2), publicKey })
    onTestFinished(first.close)
    enrol(lost, 1, other.url)
    lost.controls.save({ ...anEnrolment(2, first.url), enrolledAt: 0 })
    local.resolve(first)
  })
  const empty = await local.promise
  const pulled = (from: HandMadeControl) => from.said.some(said => said.type === 'pull')
  await empty.until(() => pulled(empty))
  empty.send({ type: 'page', miners: [], next: { revision: 0, miner: null }, complete: true, total: 0 })
  await control.until(() => pulled(control))
  const next = { revision: 1, miner: idOf(1) }
  control.send({ type: 'page', miners: [anInfo({ id: idOf(1), slot: 0 })], next, complete: true, total: 1 })
  const acts = (from: HandMadeControl) => from.said.some(said => said.type === 'hello' && said.term === 0)
  await control.until(() => acts(control))
  expect(stores.inventory.miners().map(({ id }) => id)).toEqual([idOf(1)])
})

test('[S5] a relay that found its miners anew takes the names that a control knows, before it says that any are gone', async () => {
  const { control, stores } = await wiped(({ stores: lost, control: knows }) => {
    lost.inventory.saveCohort({ cohort: 0, driver: 'bitaxe', slots: 2 })
    lost.inventory.saveMiner(anInfo({ id: idOf(8), slot: 0 }))
    lost.inventory.saveMiner(anInfo({ id: idOf(9), slot: 1 }))
    enrol(lost, 1, knows.url)
    knows.welcomeWith = { ...knows.welcomeWith, events: { epoch: 7, seq: 3 } }
  })
  const pulls = () => control.said.filter(said => said.type === 'pull').length
  await control.until(() => pulls() === 1)
  expect(control.events.filter(({ body }) => typeOf(body) !== 'note')).toEqual([])
  const miners = [anInfo({ id: idOf(1), slot: 0 })]
  const page = { type: 'page' as const, miners, next: { revision: 1, miner: idOf(1) }, complete: true, total: 1 }
  control.send(page)
  await control.until(() => pulls() === 2)
  control.send(page)
  await control.until(() => control.events.some(({ body }) => typeOf(body) === 'inventory'))
  expect(stores.inventory.miners().map(({ id }) => id)).toEqual([idOf(1)])
  const told = control.events.filter(({ epoch }) => epoch === control.events.at(-1)?.epoch)
  expect(told.map(({ body }) => typeOf(body))).toEqual(['note', 'miner', 'inventory'])
})

test('a relay that is stopped while it copies its miners acts no more', async () => {
  const { control, stop, cores } = await wiped()
  await control.until(() => control.said.some(said => said.type === 'pull'))
  await stop()
  expect(cores()).toBe(0)
})

const typeOf = (body: unknown) => JSON.parse(JSON.stringify(body)).type
