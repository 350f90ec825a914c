import { expect, test } from 'vitest'
import { aHashboard, aReading } from './builders.ts'
import { packReading, unpackReading } from './packed-reading.ts'

const pool = { slot: 0, url: 'stratum+tcp://127.0.0.1:3333', user: 'wörker', active: true, alive: true }
const full = aReading({
  mac: '30:AE:A4:00:00:01',
  hashboards: [aHashboard(), aHashboard({ slot: 1, present: false, hashrateHs: null })],
  fans: [{ slot: 0, rpm: 4800, percent: null }],
  psu: { model: 'APW12', serial: null, inputV: 230.5, outputV: null, tempC: 41, fanRpm: null },
  pools: [{ ...pool, accepted: 10, rejected: 0, stale: null, difficulty: 65_536 }],
  problems: [{ vendorCode: '110', code: 'fan-stopped', component: 'fan 0', text: 'The fan stands still.' }],
})

test('a reading comes out as it went in', () => {
  expect(unpackReading(packReading(full))).toEqual(full)
  expect(unpackReading(packReading(aReading()))).toEqual(aReading())
})

test('it takes less than half of its JSON', () => {
  expect(packReading(full).length).toBeLessThan(JSON.stringify(full).length / 2)
})
