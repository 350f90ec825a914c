import { expect, test } from 'vitest'
import { readConfig } from '../config/index.ts'
import { storesIn } from '../core/stores.ts'
import { createVault } from '../keys/vault.ts'
import { anEnrolment, controlOf } from '../store/builders.ts'
import { openStore } from '../store/open.ts'
import { leaseReport } from './report.ts'
import type { Waits } from './pair.ts'

const state = {
  term: null,
  known: 3,
  leftMs: null,
  byPerson: false,
  removed: false,
  answeredAt: null,
}

/** What a box is told to miss that control 1 lets ask for something. */
function missing(waits: Waits, giver: string = controlOf(1)) {
  const text = JSON.stringify({ standby: { lease: giver } })
  const stores = storesIn(openStore(':memory:'), createVault(new Uint8Array(32)))
  stores.controls.save(anEnrolment(1))
  const policy = { controls: { [controlOf(1)]: { allow: ['locate' as const] } } }
  return leaseReport(state, waits, {
    config: readConfig({ path: 'relay.json', text }, {}),
    stores,
    edges: { readPolicy: () => ({ kind: 'policy', policy }) },
    world: { monotonic: () => 0 },
  }).missing
}

const none = { forCopy: false, isRefused: false }

test('[S8] a box that is not given the lease says why, where it knows', () => {
  expect(missing(none)).toEqual([])
  expect(missing({ ...none, forCopy: true })).toEqual([expect.stringContaining('copies the miners')])
  expect(missing({ ...none, isRefused: true })).toEqual([expect.stringContaining('holds another secret')])
  expect(missing(none, controlOf(2))).toEqual([
    `this box is not enrolled with ${controlOf(2)}: join it, or name in relay.json who gives the lease`,
  ])
})
