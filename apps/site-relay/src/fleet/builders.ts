import { minerId, minerInfo, reading, type MinerId, type MinerInfo, type Reading } from '@headframe/protocol'
import type { Found } from './inventory.ts'

/** For tests: the id of miner `n`. */
export const idOf = (n: number): MinerId => minerId.parse(`miner_${String(n).padStart(12, '0')}`)

/** For tests: a miner that is well. */
export function aReading(over: Partial<Reading> = {}): Reading {
  return reading.parse({
    at: 1_700_000_000_000,
    driver: 'bitaxe',
    make: 'Bitaxe',
    model: 'Gamma',
    firmware: 'AxeOS',
    firmwareVersion: 'v2.6.0',
    mac: null,
    serial: null,
    hostname: 'axe',
    mining: 'running',
    uptimeS: 86_400,
    hashrateHs: 1.2e12,
    windowMs: 60_000,
    expectedHashrateHs: 1.2e12,
    nameplateHashrateHs: 1.2e12,
    algorithm: 'sha256',
    powerW: 18,
    powerSource: 'reported',
    powerLimitW: null,
    hashboards: [],
    fans: [],
    psu: null,
    inletTempC: null,
    pools: [],
    faultLight: null,
    problems: [],
    ...over,
  })
}

/** For tests: a hashboard that is well. */
export const aHashboard = (over: Partial<Reading['hashboards'][number]> = {}): Reading['hashboards'][number] => ({
  slot: 0,
  present: true,
  hashrateHs: 1.2e12,
  chips: 1,
  chipsExpected: 1,
  boardTempC: 50,
  chipTempC: 55,
  inletTempC: null,
  outletTempC: null,
  frequencyMhz: 525,
  voltageV: 1.1,
  serial: null,
  hwErrors: null,
  ...over,
})

/** For tests: a machine that told who it is. */
export function aFound(over: Partial<Found> = {}): Found {
  return {
    address: '127.0.1.1',
    driver: 'bitaxe',
    make: 'Bitaxe',
    model: 'Gamma',
    mac: '30:AE:A4:00:00:01',
    serial: null,
    commands: ['reboot' as const],
    reading: null,
    ...over,
  }
}

/** For tests: a miner in the inventory. */
export function anInfo(over: Partial<MinerInfo> = {}): MinerInfo {
  return minerInfo.parse({
    id: idOf(1),
    cohort: 0,
    slot: 0,
    address: '127.0.1.1',
    driver: 'bitaxe',
    make: 'Bitaxe',
    model: 'Gamma',
    firmware: 'AxeOS',
    firmwareVersion: 'v2.6.0',
    mac: '30:AE:A4:00:00:01',
    serial: null,
    hostname: 'axe',
    algorithm: 'sha256',
    nameplateHashrateHs: 1.2e12,
    pools: [],
    commands: ['reboot'],
    faultLight: null,
    addedAt: 1_700_000_000_000,
    ...over,
  })
}
