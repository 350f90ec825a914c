import type { MinerInfo } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { aFound, anInfo, idOf } from '../fleet/builders.ts'
import { createInventory } from '../fleet/inventory.ts'
import { isGlobalMac, placeMiner, type Evidence } from './identity.ts'

const macs = { a: '30:AE:A4:00:00:0A', b: '30:AE:A4:00:00:0B', local: '02:AE:A4:00:00:0C' }
const elsewhere = anInfo({ id: idOf(7), address: '127.0.1.9', mac: macs.a })

function place(found: Partial<Evidence>, known: readonly MinerInfo[], stillThere: boolean | null = null) {
  const inventory = createInventory({ miners: known, cohorts: [] }, () => idOf(99))
  return placeMiner(aFound({ address: '127.0.1.1', mac: null, ...found }), inventory, () => stillThere)
}

test('a machine that nobody knows is new', () => {
  expect(place({ mac: macs.b }, [elsewhere])).toEqual({ kind: 'new' })
})

test('the same MAC at the same address is the same miner', () => {
  expect(place({ mac: macs.a }, [anInfo({ mac: macs.a })])).toEqual({ kind: 'same', id: idOf(1) })
})

test('a machine that tells nothing is the miner that is known at its address', () => {
  expect(place({}, [anInfo({ mac: macs.a })])).toEqual({ kind: 'same', id: idOf(1) })
  expect(place({ mac: macs.a }, [anInfo({ mac: null })])).toEqual({ kind: 'same', id: idOf(1) })
  expect(place({ driver: 'antminer-stock' }, [anInfo({ mac: null })])).toEqual({ kind: 'new' })
})

test('a known MAC at another address is first looked for at the old one', () => {
  expect(place({ mac: macs.a }, [elsewhere])).toEqual({ kind: 'verify', id: idOf(7) })
  expect(place({ mac: macs.a }, [elsewhere], false)).toEqual({ kind: 'moved', id: idOf(7) })
  expect(place({ mac: macs.a }, [elsewhere], true)).toEqual({ kind: 'duplicate', of: idOf(7) })
})

test('a miner that lost its address to another needs no look', () => {
  expect(place({ mac: macs.a }, [{ ...elsewhere, address: '' }])).toEqual({ kind: 'moved', id: idOf(7) })
})

test('two miners that swap their addresses swap back', () => {
  const here = anInfo({ mac: macs.b })
  expect(place({ mac: macs.a }, [here, elsewhere], false)).toEqual({ kind: 'moved', id: idOf(7) })
})

test('a miner that arrives where one without a MAC was known does not become that one', () => {
  expect(place({ mac: macs.a }, [anInfo({ mac: null }), elsewhere], false)).toEqual({ kind: 'moved', id: idOf(7) })
})

test('a new control board keeps the serial and so the identity', () => {
  const here = anInfo({ mac: macs.b, serial: 'S1' })
  expect(place({ mac: macs.a, serial: 'S1' }, [here])).toEqual({ kind: 'same', id: idOf(1) })
})

test('a locally administered MAC, and one that several show, merge nothing', () => {
  expect(place({ mac: macs.local }, [{ ...elsewhere, mac: macs.local }])).toEqual({ kind: 'new' })
  const clone = anInfo({ id: idOf(8), address: '127.0.1.8', mac: macs.a })
  expect(place({ mac: macs.a }, [elsewhere, clone])).toEqual({ kind: 'new' })
})

test('tells unique MACs from others', () => {
  expect([macs.a, macs.local, '01:00:5E:00:00:01', 'FF:FF:FF:FF:FF:FF'].map(isGlobalMac)).toEqual([
    true,
    false,
    false,
    false,
  ])
})
