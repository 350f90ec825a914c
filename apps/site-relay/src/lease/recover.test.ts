import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { connectCapture } from '../capture/client.ts'
import { readConfig } from '../config/index.ts'
import { openStores } from '../core/stores.ts'
import { realEdges } from '../edge/real-edges.ts'
import { realWorld } from '../edge/world.ts'
import { anInfo, idOf } from '../fleet/builders.ts'
import { loadKeys } from '../keys/keys.ts'
import { startHandMadeControl } from '../link/hand-made-control.ts'
import { anEnrolment, controlOf } from '../store/builders.ts'
import { openBox } from './box.ts'

/** A relay with a key and an enrolment, and nothing else; a control that knows its miners. */
async function wiped() {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-recover-'))
  const keys = loadKeys(join(dir, 'keys'), 'machine')
  const control = await startHandMadeControl({ control: controlOf(1), publicKey: keys.publicKey })
  const stores = openStores(dir, keys.vault)
  stores.controls.save(anEnrolment(1, control.url))
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
  const box = openBox({ ...deps, signal: ending.signal, giver: null, onCore: () => {} })
  onTestFinished(async () => {
    ending.abort()
    await box.ended
    await control.close()
    capture[Symbol.dispose]()
    stores.db.close()
    rmSync(dir, { recursive: true })
  })
  return { control, stores }
}

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
