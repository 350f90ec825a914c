import {
  columns,
  copyTable,
  createTable,
  minerId,
  nullCode,
  reachStates,
  readCell,
  relayId,
  writeCell,
} from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createFleet, now, packedParts, relay } from '../../dev/generated-fleet.ts'
import { generatedRelay } from '../../dev/mine.ts'
import { Fleet, noMiner } from './fleet.ts'
import { cohortKey } from './places.ts'
import { ageAt, uptimeAt } from './values.ts'

test('a row holds the codes of the slot that its miner has', () => {
  const { fleet, mine } = createFleet(5000)
  const row = fleet.rowOf(mine.miners[4500]!.info.id)!
  expect(fleet.codes(columns.hashrateHs)[row]).toBe(mine.cohorts[1]!.columns.get(columns.hashrateHs.id)![404])
})

test('a removed miner leaves nothing behind, and its row goes to the next', () => {
  const { fleet, mine } = createFleet(3)
  const [first, second] = mine.miners
  const row = fleet.rowOf(first!.info.id)!
  fleet.removeMiner(first!.info.id)
  expect([fleet.size, fleet.states[row], fleet.codes(columns.hashrateHs)[row]]).toEqual([2, noMiner, nullCode])
  const moved = { ...second!.info, id: minerId.parse('miner_newnewnewnewnew'), slot: 9 }
  fleet.putMiner(generatedRelay, moved)
  expect(fleet.rowOf(moved.id)).toBe(row)
})

test('a frame for the old slot of a miner that moved does not touch it', () => {
  const { fleet, mine } = createFleet(2)
  const { info } = mine.miners[0]!
  const row = fleet.rowOf(info.id)!
  fleet.putMiner(generatedRelay, { ...info, slot: 100 })
  const table = createTable(200)
  writeCell(table, { column: columns.powerW, slot: 0, value: 1 })
  writeCell(table, { column: columns.powerW, slot: 100, value: 4096 })
  fleet.copyCohort(cohortKey(generatedRelay, 0), table)
  expect(fleet.codes(columns.powerW)[row]).toBe(table.columns.get(columns.powerW.id)![100])
})

test('[S4] the relay that enrolled last speaks for a miner, whichever was told last', () => {
  const { fleet, mine } = createFleet(2)
  const again = relayId.parse('relay_again000000000000')
  // The box of before is silent: its key was lost, and it enrolled anew with the miners that it had.
  fleet.relays = [
    { ...relay, silentSince: now },
    { ...relay, id: again },
  ]
  const { info } = mine.miners[0]!
  const row = fleet.rowOf(info.id)!
  fleet.putMiner(again, { ...info, hostname: 'anew' })
  fleet.putMiner(generatedRelay, { ...info, hostname: 'of before' })
  for (const part of packedParts(mine)) fleet.putPacked(part)
  const table = createTable(2)
  writeCell(table, { column: columns.powerW, slot: 0, value: 4096 })
  fleet.copyCohort(cohortKey(again, 0), table)
  fleet.copyCohort(cohortKey(generatedRelay, 0), mine.cohorts[0]!)
  expect([fleet.relayOf(row)?.id, fleet.infoAt(row)?.hostname, fleet.size]).toEqual([again, 'anew', 2])
  expect(fleet.codes(columns.powerW)[row]).toBe(table.columns.get(columns.powerW.id)![0])
})

test('[T1] a silent relay makes its miners unknown, not offline', () => {
  const { fleet, mine } = createFleet(300)
  const silent = mine.miners.findIndex(miner => miner.fate === 'silent')
  fleet.judge(now)
  const row = fleet.rowOf(mine.miners[silent]!.info.id)!
  expect(fleet.stateAt(row)).toBe('offline')
  fleet.relays = [{ ...relay, silentSince: now }]
  fleet.judge(now)
  expect(new Set(mine.miners.map(miner => fleet.stateAt(fleet.rowOf(miner.info.id)!)))).toEqual(new Set(['unknown']))
})

test('[T1] a value older than two beats is not a state', () => {
  const { fleet, mine } = createFleet(1)
  const row = fleet.rowOf(mine.miners[0]!.info.id)!
  fleet.judge(now)
  expect(fleet.stateAt(row)).toBe('hashing')
  fleet.judge(now + 151_000)
  expect(fleet.stateAt(row)).toBe('unknown')
  expect(fleet.problemBitsAt(row)).toBe(0)
})

test('a slower poll makes values stale later', () => {
  expect(new Fleet().staleAfterMs({ ...relay, pollEveryMs: 300_000 })).toBe(600_000)
})

test('what never was read is waiting, and unknown', () => {
  const { fleet, mine } = createFleet(1)
  const table = createTable(1)
  writeCell(table, { column: columns.reach, slot: 0, value: reachStates.indexOf('waiting') })
  fleet.copyCohort(cohortKey(generatedRelay, 0), table)
  fleet.judge(now)
  expect(fleet.stateAt(fleet.rowOf(mine.miners[0]!.info.id)!)).toBe('unknown')
})

test('[T3] the clock of a relay that is an hour off makes nothing older, newer or stale', () => {
  const hour = 3_600_000
  const { fleet, mine } = createFleet(1)
  const row = fleet.rowOf(mine.miners[0]!.info.id)!
  const seen = () => {
    fleet.judge(now)
    return [fleet.stateAt(row), ageAt(fleet, row, now), uptimeAt(fleet, row, now)]
  }
  const before = seen()
  for (const offsetMs of [hour, -hour]) {
    const { slot } = mine.miners[0]!.info
    const table = copyTable(mine.cohorts[0]!)
    for (const column of [columns.observedAt, columns.startedAt])
      writeCell(table, { column, slot, value: readCell(table, column, slot)! + offsetMs })
    fleet.copyCohort(cohortKey(generatedRelay, 0), table)
    fleet.relays = [{ ...relay, clockOffsetMs: offsetMs }]
    expect(seen()).toEqual(before)
  }
})
