import { rateHs } from '../measurement.ts'
import { rounded } from '../numbers.ts'
import type { Snapshot } from '../protocol.ts'
import { errorCodes, localTime } from './error-codes.ts'
import { boardSerial, psuSerial, type Whatsminer } from './v2-reads.ts'

type Part = (miner: Whatsminer, salt: string) => unknown

/** Parts of `get.miner.status`. */
export const statusParts: Readonly<Record<string, Part>> = { summary, edevs, pools }

/** Parts of `get.device.info`; without a parameter, all of them. */
export const infoParts: Readonly<Record<string, Part>> = {
  network,
  miner,
  system,
  power,
  salt: (_, salt) => salt,
  'error-code': ({ at }) => errors(at),
}

const ths = (hashesPerSecond: number): number => rounded(hashesPerSecond / 1e12, 3)

function summary({ model, at }: Whatsminer): Record<string, unknown> {
  const { measurement } = at
  const present = measurement.boards.filter(board => board.present)
  const hottest = Math.max(0, ...present.map(board => board.chipTempC))
  const average = rateHs(measurement, 900_000)
  return {
    elapsed: at.minedS,
    'bootup-time': Math.max(0, at.uptimeS - at.minedS),
    'freq-avg': model.frequencyMhz,
    'target-freq': model.frequencyMhz,
    'hash-average': ths(rateHs(measurement)),
    'hash-1min': ths(rateHs(measurement, 60_000)),
    'hash-15min': ths(average),
    'hash-realtime': ths(rateHs(measurement, 300_000)),
    'power-rate': rounded(measurement.powerW / Math.max(1, average / 1e12), 1),
    'power-5min': Math.round(measurement.powerW),
    'power-realtime': Math.round(measurement.powerW),
    'power-limit': model.powerLimitW,
    'environment-temperature': rounded(measurement.ambientC, 1),
    // One for each connector, present or not.
    'board-temperature': measurement.boards.map(board => (board.present ? rounded(board.boardTempC, 1) : 0)),
    'chip-temp-min': rounded(hottest - 14, 1),
    'chip-temp-avg': rounded(hottest - 6.5, 1),
    'chip-temp-max': rounded(hottest, 1),
    'fan-speed-in': measurement.fansRpm[0] ?? 0,
    'fan-speed-out': measurement.fansRpm[1] ?? 0,
    'factory-hash': model.hashrateThs,
    'up-freq-finish': 1,
    Debug: '',
  }
}

function edevs({ model, at }: Whatsminer): readonly Record<string, unknown>[] {
  return at.measurement.boards
    .filter(board => board.present)
    .map(board => ({
      id: board.slot,
      status: 'alive',
      'hash-average': ths(board.rateHs()),
      'hash-realtime': ths(board.rateHs(300_000)),
      'factory-hash': rounded(model.hashrateThs / model.hashboards, 2),
      freq: model.frequencyMhz,
      'effective-chips': model.chipsPerBoard,
      'chip-temp-min': Math.round(board.chipTempC - 14),
      'chip-temp-avg': Math.round(board.chipTempC - 6.5),
      'chip-temp-max': Math.round(board.chipTempC),
    }))
}

// No counts of shares here: they are on 4028.
function pools({ at }: Whatsminer): readonly Record<string, unknown>[] {
  return at.pools.map(pool => ({
    id: pool.slot + 1,
    'pool-priority': pool.slot,
    url: pool.url,
    account: pool.user,
    status: pool.url !== '' && pool.alive ? 'alive' : 'dead',
    'stratum-active': pool.active,
    'reject-rate': rounded((100 * pool.rejected) / Math.max(1, pool.accepted + pool.rejected), 3),
    'last-share-time': Math.floor((pool.lastShareAt ?? 0) / 1000),
  }))
}

function network({ identity, at }: Whatsminer): Record<string, unknown> {
  return {
    ip: at.address,
    proto: 'dhcp',
    netmask: '255.0.0.0',
    gateway: '',
    dns: '',
    mac: identity.mac,
    hostname: identity.hostname,
  }
}

function miner({ model, identity, at }: Whatsminer): Record<string, unknown> {
  const boards = at.measurement.boards
  return {
    working: 'true',
    type: model.name,
    'hash-board': model.name.replace(/^.*_V/, ''),
    'detect-hash-rate': boards.map(() => Math.round((model.hashrateThs * 1000) / boards.length)).join(':'),
    'miner-sn': identity.serial,
    'board-num': String(boards.length),
    'hash-percent': '0',
    'fast-boot': 'disable',
    'power-limit-set': String(model.powerLimitW),
    'pool-strategy': 'FAILOVER',
    ...Object.fromEntries(
      boards.map(board => [`pcbsn${board.slot}`, board.present ? boardSerial(identity, board.slot) : '']),
    ),
  }
}

function system({ model, identity, at }: Whatsminer): Record<string, unknown> {
  return {
    api: model.apiVersion,
    apiswitch: identity.writeApi ? '1' : '0',
    platform: model.platform,
    fwversion: model.firmwareVersion,
    'control-board-version': 'CB6V10',
    ledstatus: at.locating ? 'manual' : 'auto',
  }
}

function power({ model, identity, at }: Whatsminer): Record<string, unknown> {
  const { powerW } = at.measurement
  return {
    type: model.psuModel,
    mode: '1',
    hwversion: 'RT0159',
    swversion: '230224.220429',
    model: model.psuModel,
    sn: psuSerial(identity),
    vendor: '1',
    fanspeed: 6_344,
    vin: 220.5,
    iin: rounded(powerW / 220.5, 2),
    pin: Math.round(powerW),
    temp0: 44.5,
  }
}

function errors(at: Snapshot): readonly Record<string, string>[] {
  return errorCodes(at).map(code => ({
    [code]: localTime(at.now),
    reason: reasons[Math.floor(code / 10)] ?? 'Unknown',
  }))
}

const reasons: Readonly<Record<number, string>> = {
  11: 'Fanspeed error.',
  35: 'Hash board temperature protecting.',
  53: 'Hash board not found.',
}
