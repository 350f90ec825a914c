import { minerInfo, type MinerInfo } from '@headframe/protocol'
import * as fc from 'fast-check'
import { packInventory, readInventory } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { Fleet } from '../live/fleet.ts'
import { generatedRelay } from '../../dev/mine.ts'
import { rowsHolding, textOf, type FoundField } from './find-text.ts'

const fields: readonly FoundField[] = ['any', 'model', 'make', 'firmware', 'address', 'mac', 'serial', 'host', 'driver']

// Few letters, so that words are found, also across the edge of two texts; some change their length in lower case.
const text = fc.string({ unit: fc.constantFrom('a', 'B', '1', '.', 'İ', 'é', 'ß'), maxLength: 6 })
const told = fc.option(text)
const info = fc
  .record({ address: text, make: told, model: told, firmware: told, firmwareVersion: told, mac: told, serial: told })
  .chain(known =>
    fc
      .record({ hostname: told, pools: fc.array(fc.record({ url: told, user: told }), { maxLength: 3 }) })
      .map(more => ({ ...known, ...more })),
  )

function infosOf(made: readonly object[]): MinerInfo[] {
  return made.map((fields, slot) =>
    minerInfo.parse({
      id: `miner_${String(slot).padStart(16, '0')}`,
      cohort: 0,
      slot,
      driver: 'bab1',
      algorithm: null,
      nameplateHashrateHs: null,
      commands: [],
      faultLight: null,
      addedAt: 1,
      ...fields,
    }),
  )
}

function fleetOf(infos: readonly MinerInfo[]): Fleet {
  const fleet = new Fleet()
  packInventory(generatedRelay, infos, body => {
    const read = readInventory(body)
    if (read.ok) fleet.putPacked(read.inventory)
    return body
  })
  return fleet
}

test('finds in packed texts what it finds in those of each miner alone', () => {
  fc.assert(
    fc.property(fc.array(info, { maxLength: 12 }), text, fc.constantFrom(...fields), (made, word, field) => {
      const infos = infosOf(made)
      const lower = word.toLowerCase()
      const alone = new Fleet()
      for (const info of infos) alone.putMiner(generatedRelay, info)
      const rows = [...rowsHolding(fleetOf(infos), field, lower)]
      expect(rows).toEqual([...rowsHolding(alone, field, lower)])
      // A phrase may reach over two fields, but not from one miner into the next.
      const found = infos.map(info => (textOf[field](info).toLowerCase().includes(lower) ? 1 : 0))
      expect(rows).toEqual(found)
    }),
    { numRuns: 300 },
  )
})

test('a miner that was told anew is looked for anew', () => {
  const [info] = infosOf([
    {
      address: 'a',
      make: null,
      model: 'Old',
      firmware: null,
      firmwareVersion: null,
      mac: null,
      serial: null,
      hostname: null,
      pools: [],
    },
  ])
  const fleet = fleetOf([info!])
  expect([...rowsHolding(fleet, 'any', 'old')]).toEqual([1])
  fleet.putMiner(generatedRelay, { ...info!, model: 'New' })
  expect([...rowsHolding(fleet, 'any', 'old'), ...rowsHolding(fleet, 'any', 'new')]).toEqual([0, 1])
})
