import type { Reading } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { aFound, aReading, idOf } from './builders.ts'
import { createConversations } from './conversation.ts'
import { createFleet } from './fleet.ts'
import { createInventory } from './inventory.ts'
import { createLiveTables } from './live-tables.ts'
import { pollOnce, readNow, type PollDeps, type ReadResult } from './poll.ts'
import { createWholeReadings } from './whole-readings.ts'

const usual = { failures: 0, fast: false }

/** A fleet of one miner, and what was asked of it. */
function aMine(read: (before: Reading | null) => ReadResult | Promise<ReadResult>) {
  const told: (number | null)[] = []
  const fleet = createFleet({
    inventory: createInventory({ miners: [], cohorts: [] }, () => idOf(1)),
    tables: createLiveTables(),
    onPlaced: () => {},
    onReading: (_, { hashrateHs }) => void told.push(hashrateHs),
  })
  const info = fleet.inventory.add(aFound(), 0)
  const asked: ('whole' | 'what moves')[] = []
  let now = 0
  const strangers: string[] = []
  const deps: PollDeps = {
    fleet,
    conversations: createConversations(),
    wholes: createWholeReadings(),
    read: async (_, signal, before) => {
      asked.push(before ? 'what moves' : 'whole')
      return signal.aborted ? { kind: 'failed', code: 'aborted' } : await read(before)
    },
    onStranger: found => void strangers.push(found.address),
    monotonic: () => now,
  }
  return { deps, info, asked, told, strangers, fleet, pass: (ms: number) => void (now += ms) }
}

const answer = (over: Partial<Reading> = {}, refreshed = false): ReadResult => {
  const reading = aReading({ mac: '30:AE:A4:00:00:01', ...over })
  return { kind: 'read', found: { ...aFound({ mac: reading.mac }), reading }, refreshed }
}

test('a miner is read in full at first, then what moves, and in full again before five minutes are over', async () => {
  const { deps, info, asked, pass } = aMine(before => answer({}, before !== null))
  for (let minute = 0; minute < 6; minute += 1) {
    expect(await pollOnce(info, usual, deps)).toBe('answered')
    pass(60_000)
  }
  expect(asked[0]).toBe('whole')
  expect(asked.slice(1, 3)).toEqual(['what moves', 'what moves'])
  expect(asked.slice(1)).toContain('whole')
})

test('what moves is told like a whole reading, and changes no facts', async () => {
  const { deps, info, told, fleet } = aMine(before => answer({ hashrateHs: before ? 2e12 : 1e12 }, before !== null))
  await pollOnce(info, usual, deps)
  const facts = fleet.inventory.get(info.id)
  await pollOnce(info, usual, deps)
  expect(told).toEqual([1e12, 2e12])
  expect(fleet.lastReading(info.id)?.hashrateHs).toBe(2e12)
  expect(fleet.inventory.get(info.id)).toBe(facts)
})

test('a miner that failed, or that somebody looks at, is read in full', async () => {
  const { deps, info, asked } = aMine(before => answer({}, before !== null))
  await pollOnce(info, usual, deps)
  await pollOnce(info, { failures: 1, fast: false }, deps)
  await pollOnce(info, { failures: 0, fast: true }, deps)
  expect(asked).toEqual(['whole', 'whole', 'whole'])
})

test('[C3] who asks while a poll is going on gets its answer, which is taken once', async () => {
  const { promise, resolve } = Promise.withResolvers<ReadResult>()
  const { deps, info, asked, told } = aMine(() => promise)
  const [poll, read] = [pollOnce(info, usual, deps), readNow(info, deps)]
  resolve(answer({ hashrateHs: 3e12 }))
  expect(await poll).toBe('answered')
  expect(await read).toMatchObject({ kind: 'read' })
  expect([asked, told]).toEqual([['whole'], [3e12]])
})

test('another machine at its address is no reading of the miner', async () => {
  const { deps, info, told, strangers } = aMine(() => answer({ mac: '30:AE:A4:00:00:02' }))
  expect(await pollOnce({ ...info, mac: '30:AE:A4:00:00:01' }, usual, deps)).toBe('failed')
  expect([told, strangers]).toEqual([[], [info.address]])
})

test('one lost answer is no silence, and two are', async () => {
  const { deps, info, fleet } = aMine(() => ({ kind: 'failed', code: 'timeout' }))
  expect(await pollOnce(info, usual, deps)).toBe('failed')
  expect(fleet.tables.reach(info)).toBe('waiting')
  await pollOnce(info, { failures: 1, fast: false }, deps)
  expect(fleet.tables.reach(info)).toBe('silent')
})
