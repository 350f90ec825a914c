import { createLeader, packFrames, relayId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createMine, generatedRelay } from '../../dev/mine.ts'
import { storedDeflate } from '../../dev/stored.ts'
import { CopyOfSite } from './copy-of-site.ts'

const now = 1_795_176_000_000
const other = relayId.parse('relay_south000000000000')

function createCopy() {
  const copy = new CopyOfSite(now)
  copy.fleet.relays = [generatedRelay, other].map(id => ({
    id,
    name: id,
    silentSince: null,
    lastHeardAt: now,
    allowed: [],
    demo: false,
    pollEveryMs: 30_000,
    software: '',
    quarantined: 0,
    health: null,
    clockOffsetMs: 0,
    boxes: [],
    historyThroughAt: null,
  }))
  const { miners, cohorts } = createMine(3, now)
  const frame = createLeader({ relay: generatedRelay, epoch: 1, cohort: 0 }).beat(cohorts[0]!, now)!
  return { copy, infos: miners.map(miner => miner.info), packed: packFrames('beat', [frame], storedDeflate) }
}

test('is whole with the last part of the inventory and the values of each cohort', async () => {
  const { copy, infos, packed } = createCopy()
  copy.putMiners({ type: 'miners', relay: generatedRelay, miners: infos, complete: false })
  expect(copy.complete(now)).toBe(false)
  copy.putMiners({ type: 'miners', relay: other, miners: [], complete: true })
  expect(copy.complete(now)).toBe(false)
  await copy.takePacked(packed)
  expect(copy.complete(now)).toBe(true)
})

test('values that never come are waited for a moment, the inventory as long as it takes', () => {
  const { copy, infos } = createCopy()
  expect(copy.complete(now + 60_000)).toBe(false)
  copy.putMiners({ type: 'miners', relay: generatedRelay, miners: infos, complete: true })
  expect([copy.complete(now + 1000), copy.complete(now + 4000)]).toEqual([false, true])
})

test('a site without relays is whole at once', () => {
  expect(new CopyOfSite(now).complete(now)).toBe(true)
})

test('frames that come before their miners are theirs all the same', async () => {
  const { copy, infos, packed } = createCopy()
  await copy.takePacked(packed)
  copy.putMiners({ type: 'miners', relay: generatedRelay, miners: infos, complete: true })
  copy.settle()
  copy.fleet.judge(now)
  expect(infos.map(info => copy.fleet.stateAt(copy.fleet.rowOf(info.id)!))).not.toContain('unknown')
})
