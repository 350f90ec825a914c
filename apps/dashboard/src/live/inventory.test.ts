import { packInventory, readInventory, type MinerInfo } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createFleet } from '../../dev/generated-fleet.ts'
import { generatedRelay } from '../../dev/mine.ts'

function packed(infos: readonly MinerInfo[]) {
  let inside = new Uint8Array()
  packInventory(generatedRelay, infos, body => (inside = body.slice()))
  const read = readInventory(inside)
  if (!read.ok) throw new Error(read.error.text)
  return read.inventory
}

test('each miner is as it was told, packed or alone', () => {
  const { fleet, mine } = createFleet(5000)
  const infos = mine.miners.map(miner => miner.info)
  expect(infos.map(info => fleet.infoAt(fleet.rowOf(info.id)!))).toEqual(infos)
  const changed = { ...infos[7]!, faultLight: true, firmwareVersion: null }
  fleet.putMiner(generatedRelay, changed)
  expect(fleet.infoAt(fleet.rowOf(changed.id)!)).toEqual(changed)
})

test('the later telling of a miner holds, whichever way it came', () => {
  const { fleet, mine } = createFleet(3)
  const { info } = mine.miners[1]!
  const hostname = (text: string) => ({ ...info, hostname: text })
  const told = () => [fleet.infoAt(fleet.rowOf(info.id)!)!.hostname, fleet.size]
  fleet.putMiner(generatedRelay, hostname('alone'))
  expect(told()).toEqual(['alone', 3])
  fleet.putPacked(packed([hostname('packed')]))
  expect(told()).toEqual(['packed', 3])
})

test('a part whose miners were all told anew is kept no longer', () => {
  const { fleet, mine } = createFleet(3)
  const infos = mine.miners.map(miner => miner.info)
  fleet.putPacked(packed(infos))
  for (const info of infos.slice(1)) fleet.removeMiner(info.id)
  expect([...fleet.inventory.parts].map(part => part.used)).toEqual([1])
  fleet.removeMiner(infos[0]!.id)
  expect([[...fleet.inventory.parts].length, fleet.inventory.idAt(0), fleet.infoAt(0)]).toEqual([
    0,
    undefined,
    undefined,
  ])
})
