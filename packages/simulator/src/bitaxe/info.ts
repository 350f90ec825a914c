import type { BitaxeModel } from '../model.ts'
import { hostAndPort, type PoolRow } from '../pool.ts'
import type { Identity, Snapshot } from '../protocol.ts'
import { rateHs } from '../measurement.ts'
import { rounded } from '../numbers.ts'

/** What `GET /api/system/info` tells. Recent AxeOS has more fields, and flags that are booleans. */
export function systemInfo(model: BitaxeModel, identity: Identity, at: Snapshot): Record<string, unknown> {
  return { ...always(model, identity, at), ...configuredPools(at), ...(model.recent ? recent(model, at) : old) }
}

/** What `GET /api/system/asic` tells. */
export function asicInfo(model: BitaxeModel): Record<string, unknown> {
  return {
    ASICModel: model.asicModel,
    deviceModel: model.name,
    swarmColor: 'purple',
    asicCount: 1,
    defaultFrequency: model.frequencyMhz,
    frequencyOptions: [model.frequencyMhz - 50, model.frequencyMhz, model.frequencyMhz + 50],
    defaultVoltage: model.coreVoltageMv,
    voltageOptions: [model.coreVoltageMv - 50, model.coreVoltageMv, model.coreVoltageMv + 50],
  }
}

function always(model: BitaxeModel, identity: Identity, at: Snapshot): Record<string, unknown> {
  const { measurement } = at
  const [board] = measurement.boards
  const active = at.pools.find(pool => pool.active)
  return {
    power: rounded(measurement.powerW, 6),
    voltage: Math.round(5_120 + measurement.ambientC),
    current: rounded((measurement.powerW / 5.12) * 1000, 2),
    temp: rounded(board?.chipTempC ?? -1, 3),
    vrTemp: Math.round(board?.boardTempC ?? 0),
    hashRate: rounded(rateHs(measurement, 10_000) / 1e9, 6),
    bestDiff: '48.3M',
    bestSessionDiff: '1.72M',
    freeHeap: 8_443_612,
    coreVoltage: model.coreVoltageMv,
    coreVoltageActual: model.coreVoltageMv + 6,
    frequency: model.frequencyMhz,
    ssid: 'mine',
    macAddr: identity.mac,
    hostname: identity.hostname,
    wifiStatus: 'Connected!',
    sharesAccepted: sum(at.pools, pool => pool.accepted),
    sharesRejected: sum(at.pools, pool => pool.rejected),
    uptimeSeconds: at.uptimeS,
    asicCount: 1,
    smallCoreCount: model.smallCores,
    ASICModel: model.asicModel,
    stratumDiff: active?.difficulty ?? 0,
    version: model.version,
    idfVersion: 'v5.4',
    boardVersion: model.boardVersion,
    runningPartition: 'ota_0',
    overheat_mode: 0,
    autofanspeed: 1,
    fanspeed: 60,
    fanrpm: measurement.fansRpm[0] ?? 0,
  }
}

const old = { isUsingFallbackStratum: 0, flipscreen: 1, invertscreen: 0, invertfanpolarity: 1 }

function recent(model: BitaxeModel, at: Snapshot): Record<string, unknown> {
  const { measurement } = at
  return {
    ...old,
    isUsingFallbackStratum: at.pools[1]?.active === true ? 1 : 0,
    hashRate_1m: rounded(rateHs(measurement, 60_000) / 1e9, 6),
    hashRate_10m: rounded(rateHs(measurement, 600_000) / 1e9, 6),
    hashRate_1h: rounded(rateHs(measurement, 3_600_000) / 1e9, 6),
    expectedHashrate: rounded((model.smallCores * model.frequencyMhz) / 1000, 3),
    errorPercentage: 0.1,
    sharesRejectedReasons: [],
    poolDifficulty: at.pools.find(pool => pool.active)?.difficulty ?? 0,
    axeOSVersion: model.version,
    temp2: -1,
    temptarget: 60,
    fan2rpm: 0,
    maxPower: 40,
    nominalVoltage: 5,
    miningPaused: false,
    blockFound: 0,
    wifiRSSI: -52,
    ipv4: at.address,
    stratumTLS: 0,
    fallbackStratumTLS: 0,
  }
}

function configuredPools(at: Snapshot): Record<string, unknown> {
  const [primary, fallback] = at.configured
  const first = hostAndPort(primary?.url ?? '')
  const second = hostAndPort(fallback?.url ?? '')
  return {
    stratumURL: first.host,
    stratumPort: first.port,
    stratumUser: primary?.user ?? '',
    fallbackStratumURL: second.host,
    fallbackStratumPort: second.port,
    fallbackStratumUser: fallback?.user ?? '',
  }
}

function sum(pools: readonly PoolRow[], of: (pool: PoolRow) => number): number {
  return pools.reduce((total, pool) => total + of(pool), 0)
}
