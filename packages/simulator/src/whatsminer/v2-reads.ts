import { rateHs } from '../measurement.ts'
import type { WhatsminerModel } from '../model.ts'
import type { PoolRow } from '../pool.ts'
import type { Identity, Snapshot } from '../protocol.ts'
import { text } from '../random.ts'
import { errorCodes } from './error-codes.ts'

export interface Whatsminer {
  readonly model: WhatsminerModel
  readonly identity: Identity
  readonly at: Snapshot
}

/** What `summary` tells. With API 3 on 4433, the one on 4028 tells less. */
export function summary({ model, identity, at }: Whatsminer): Record<string, unknown> {
  const { measurement } = at
  return {
    Elapsed: at.minedS,
    'MHS av': mhs(rateHs(measurement)),
    ...(model.api === 3 ? {} : { 'MHS 5s': mhs(rateHs(measurement, 5_000)) }),
    'MHS 1m': mhs(rateHs(measurement, 60_000)),
    ...(model.api === 3 ? {} : { 'MHS 5m': mhs(rateHs(measurement, 300_000)) }),
    'MHS 15m': mhs(rateHs(measurement, 900_000)),
    // The real-time rate is the mean of five minutes.
    'HS RT': mhs(rateHs(measurement, 300_000)),
    ...shares(at),
    ...sensors(model, at),
    Uptime: at.uptimeS,
    'Security Mode': 0,
    'Hash Stable': true,
    'Hash Stable Cost Seconds': 1538,
    'Hash Deviation%': 0.1061,
    'Target Freq': model.frequencyMhz,
    'Target MHS': Math.round(model.hashrateThs * 0.95e6),
    'Power Rate': Number((measurement.powerW / Math.max(1, rateHs(measurement, 900_000) / 1e12)).toFixed(2)),
    'Factory GHS': Math.round(model.hashrateThs * 1000),
    'Power Limit': model.powerLimitW,
    'Power Mode': 'Normal',
    'Firmware Version': `'${model.firmwareVersion}'`,
    'CB Platform': model.platform,
    'CB Version': 'V10',
    MAC: identity.mac,
    'Factory Error Code Count': 0,
    ...errorKeys(at),
    'Liquid Cooling': false,
  }
}

function shares(at: Snapshot): Record<string, unknown> {
  const total = (of: (pool: PoolRow) => number) => at.pools.reduce((sum, pool) => sum + of(pool), 0)
  return {
    Accepted: total(pool => pool.accepted),
    Rejected: total(pool => pool.rejected),
    Stale: total(pool => pool.stale),
    'Total MH': Math.round((rateHs(at.measurement) / 1e6) * at.minedS),
    'Hardware Errors': at.measurement.boards.reduce((sum, board) => sum + board.hwErrors, 0),
    'Pool Rejected%': 0,
    'Pool Stale%': 0,
    'Last getwork': 0,
  }
}

function sensors(model: WhatsminerModel, at: Snapshot): Record<string, unknown> {
  const { measurement } = at
  const present = measurement.boards.filter(board => board.present)
  const hottest = Math.max(0, ...present.map(board => board.chipTempC))
  return {
    Temperature: half(Math.max(0, ...present.map(board => board.boardTempC))),
    freq_avg: model.frequencyMhz,
    'Fan Speed In': measurement.fansRpm[0] ?? 0,
    'Fan Speed Out': measurement.fansRpm[1] ?? 0,
    Voltage: 1180,
    Power: Math.round(measurement.powerW),
    Power_RT: Math.round(measurement.powerW),
    'Power Current': Math.round(measurement.powerW / 12.6),
    'Power Fanspeed': 9_060,
    'Env Temp': half(measurement.ambientC),
    'Chip Temp Min': half(hottest - 21),
    'Chip Temp Max': half(hottest),
    'Chip Temp Avg': Number((hottest - 8.4).toFixed(2)),
  }
}

function errorKeys(at: Snapshot): Record<string, unknown> {
  const codes = errorCodes(at)
  return {
    'Error Code Count': codes.length,
    ...Object.fromEntries(codes.map((code, index) => [`Error Code ${index}`, code])),
  }
}

/** What `devs` and `edevs` tell: a row for each hashboard that is there. */
export function devs({ model, identity, at }: Whatsminer): readonly Record<string, unknown>[] {
  return at.measurement.boards
    .filter(board => board.present)
    .map((board, index) => ({
      ASC: index,
      Name: 'SM',
      ID: index,
      Slot: board.slot,
      Enabled: 'Y',
      Status: 'Alive',
      Temperature: half(board.boardTempC),
      'Chip Frequency': model.frequencyMhz,
      'Fan Speed In': at.measurement.fansRpm[0] ?? 0,
      'Fan Speed Out': at.measurement.fansRpm[1] ?? 0,
      'MHS av': mhs(board.rateHs()),
      'MHS 5s': mhs(board.rateHs(5_000)),
      'MHS 1m': mhs(board.rateHs(60_000)),
      'MHS 5m': mhs(board.rateHs(300_000)),
      'MHS 15m': mhs(board.rateHs(900_000)),
      'Hardware Errors': board.hwErrors,
      'Device Elapsed': at.minedS,
      'Upfreq Complete': 1,
      'Effective Chips': model.chipsPerBoard,
      'Factory GHS': Math.round((model.hashrateThs * 1000) / model.hashboards),
      'PCB SN': boardSerial(identity, board.slot),
      ...(model.api === 3
        ? {}
        : {
            'Chip Temp Min': half(board.chipTempC - 21),
            'Chip Temp Max': half(board.chipTempC),
            'Chip Temp Avg': Number((board.chipTempC - 8.4).toFixed(2)),
          }),
    }))
}

/** What `pools` tells; they are numbered from 1 here. */
export function pools({ at }: Whatsminer): readonly Record<string, unknown>[] {
  return at.pools.map(pool => ({
    POOL: pool.slot + 1,
    URL: pool.url,
    Status: pool.url !== '' && pool.alive ? 'Alive' : 'Dead',
    Priority: pool.slot,
    Quota: 1,
    'Long Poll': 'N',
    Getworks: 0,
    Accepted: pool.accepted,
    Rejected: pool.rejected,
    Works: 0,
    Discarded: 0,
    Stale: pool.stale,
    'Get Failures': 0,
    'Remote Failures': 0,
    User: pool.user,
    'Last Share Time': Math.floor((pool.lastShareAt ?? 0) / 1000),
    'Diff1 Shares': 0,
    'Difficulty Accepted': pool.accepted * pool.difficulty,
    'Difficulty Rejected': pool.rejected * pool.difficulty,
    'Difficulty Stale': pool.stale * pool.difficulty,
    'Last Share Difficulty': pool.accepted > 0 ? pool.difficulty : 0,
    'Has Stratum': true,
    'Stratum Active': pool.active,
    'Stratum URL': pool.url.replace(/^.*:\/\//, '').replace(/:\d+$/, ''),
    'Stratum Difficulty': pool.active ? pool.difficulty : 0,
    'Best Share': 0,
    'Pool Rejected%': 0,
    'Pool Stale%': 0,
    'Bad Work': 0,
    'Current Block Height': 0,
  }))
}

export function deviceDetails({ model }: Whatsminer): readonly Record<string, unknown>[] {
  return Array.from({ length: model.hashboards }, (_, slot) => ({
    DEVDETAILS: slot,
    Name: 'SM',
    ID: slot,
    Driver: 'bitmicro',
    Kernel: '',
    Model: model.name,
    'Device Path': '',
  }))
}

export function minerInfo({ identity, at }: Whatsminer): Record<string, unknown> {
  return {
    ip: at.address,
    proto: 'dhcp',
    netmask: '255.0.0.0',
    gateway: '',
    dns: '',
    hostname: identity.hostname,
    mac: identity.mac,
    ledstat: at.locating ? 'manual' : 'auto',
    minersn: identity.serial,
    powersn: psuSerial(identity),
    upfreq_speed: '0',
  }
}

export function psu({ model, identity, at }: Whatsminer): Record<string, unknown> {
  return {
    name: model.psuModel.split('-')[0],
    hw_version: 'RT0159',
    sw_version: '230224.220429',
    model: model.psuModel,
    // Milliamperes, and volts times 100.
    iin: String(Math.round((at.measurement.powerW / 220) * 1000)),
    vin: '22050',
    fan_speed: '9060',
    serial_no: psuSerial(identity),
    vender: '1',
  }
}

export function boardSerial(identity: Identity, slot: number): string {
  return `HBM${text({ seed: identity.seed, channel: 640 + slot }, 14, '0123456789')}`
}

export function psuSerial(identity: Identity): string {
  return text({ seed: identity.seed, channel: 650 }, 15, '0123456789')
}

const mhs = (hashesPerSecond: number): number => Number((hashesPerSecond / 1e6).toFixed(2))
// Sensors of half a degree.
const half = (celsius: number): number => Math.round(celsius * 2) / 2
