import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LeaseAsk } from '@headframe/protocol'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { connectCapture } from '../capture/client.ts'
import { readConfig } from '../config/index.ts'
import { openStores, type Stores } from '../core/stores.ts'
import { realEdges } from '../edge/real-edges.ts'
import { realWorld } from '../edge/world.ts'
import { loadKeys } from '../keys/keys.ts'
import { createPair } from './pair.ts'

/** A box of two that has a copy, and a witness that gives it the lease whenever it asks. */
function pairing(journalOf: (journal: Stores['journal']) => Stores['journal'] = journal => journal) {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-pair-'))
  const keys = loadKeys(join(dir, 'keys'), 'machine')
  const opened = openStores(dir, keys.vault)
  opened.lease.told(1)
  const epochs: number[] = []
  const journal = journalOf(opened.journal)
  const beginEpoch: typeof journal.beginEpoch = (past, random) => {
    journal.beginEpoch(past, random)
    epochs.push(journal.epoch())
  }
  const stores = { ...opened, journal: { ...journal, beginEpoch } }
  const [acts, released, ending] = [Promise.withResolvers<void>(), Promise.withResolvers<void>(), new AbortController()]
  const giver = async ({ release }: LeaseAsk) => {
    if (release) released.resolve()
    return { term: release ? null : 7, ttlMs: 6000, known: 7 }
  }
  const capture = connectCapture(join(dir, 'capture.sock'))
  let cores = 0
  const pair = createPair({
    config: readConfig({ path: 'relay.json', text: '{}' }, {}),
    keys,
    stores,
    giver,
    capture,
    world: realWorld,
    edges: realEdges(dir),
    log: pino({ level: 'silent' }),
    signal: ending.signal,
    onCore: () => {
      cores += 1
      acts.resolve()
    },
  })
  const ended = pair.run()
  onTestFinished(async () => {
    ending.abort()
    await ended
    capture[Symbol.dispose]()
    stores.db.close()
    rmSync(dir, { recursive: true })
  })
  return { pair, epochs, cores: () => cores, acts: acts.promise, released: released.promise }
}

test('[S2] a box of two begins one epoch as it starts, and one as it acts', async () => {
  const { epochs, acts } = pairing()
  await acts
  expect(epochs).toEqual([expect.any(Number), expect.any(Number)])
  expect(epochs[1]).toBeGreaterThan(epochs[0] ?? Infinity)
})

test('[S8] a box whose disk takes no epoch as it is to act gives the lease back, and does not fall', async () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 })
  const { pair, epochs, cores, released } = pairing(journal => {
    let begun = 0
    return {
      ...journal,
      beginEpoch: (past, random) => {
        begun += 1
        if (begun > 1) throw full
        journal.beginEpoch(past, random)
      },
    }
  })
  await released
  expect([pair.keeper.term(), cores(), epochs.length]).toEqual([null, 0, 1])
})
