import type { Fan, Hashboard, MinerPool, Problem, Psu, Reading } from '@headframe/protocol'

/** A reading in about a third of the memory: its values in a fixed order, as text. Kept in memory only. */
export type PackedReading = string

export const packReading = (reading: Reading): PackedReading => JSON.stringify(valuesOf(reading))

/** What we packed ourselves needs no schema. */
export function unpackReading(packed: PackedReading): Reading {
  const values: ReturnType<typeof valuesOf> = JSON.parse(packed)
  const [facts, mining, numbers, boards, fans, psu, pools, faultLight, problems] = values
  const [at, driver, make, model, firmware, firmwareVersion, mac, serial, hostname, algorithm, powerSource] = facts
  const [uptimeS, hashrateHs, windowMs, expectedHashrateHs, nameplateHashrateHs, powerW, powerLimitW, inletTempC] =
    numbers
  return {
    at,
    driver,
    make,
    model,
    firmware,
    firmwareVersion,
    mac,
    serial,
    hostname,
    mining,
    uptimeS,
    hashrateHs,
    windowMs,
    expectedHashrateHs,
    nameplateHashrateHs,
    algorithm,
    powerW,
    powerSource,
    powerLimitW,
    hashboards: boards.map(boardOf),
    fans: fans.map(([slot, rpm, percent]) => ({ slot, rpm, percent })),
    psu: psu && psuOf(psu),
    inletTempC,
    pools: pools.map(poolOf),
    faultLight,
    problems: problems.map(([vendorCode, code, component, text]) => ({ vendorCode, code, component, text })),
  }
}

const valuesOf = (told: Reading) =>
  [
    factsOf(told),
    told.mining,
    numbersOf(told),
    told.hashboards.map(boardValues),
    told.fans.map(({ slot, rpm, percent }: Fan) => [slot, rpm, percent] as const),
    told.psu && psuValues(told.psu),
    told.pools.map(poolValues),
    told.faultLight,
    told.problems.map(({ vendorCode, code, component, text }: Problem) => [vendorCode, code, component, text] as const),
  ] as const

const factsOf = (told: Reading) =>
  [
    told.at,
    told.driver,
    told.make,
    told.model,
    told.firmware,
    told.firmwareVersion,
    told.mac,
    told.serial,
    told.hostname,
    told.algorithm,
    told.powerSource,
  ] as const

const numbersOf = (told: Reading) =>
  [
    told.uptimeS,
    told.hashrateHs,
    told.windowMs,
    told.expectedHashrateHs,
    told.nameplateHashrateHs,
    told.powerW,
    told.powerLimitW,
    told.inletTempC,
  ] as const

const boardValues = (board: Hashboard) =>
  [
    board.slot,
    board.present,
    board.hashrateHs,
    board.chips,
    board.chipsExpected,
    board.boardTempC,
    board.chipTempC,
    board.inletTempC,
    board.outletTempC,
    board.frequencyMhz,
    board.voltageV,
    board.serial,
    board.hwErrors,
  ] as const

function boardOf(values: ReturnType<typeof boardValues>): Hashboard {
  const [slot, present, hashrateHs, chips, chipsExpected, boardTempC, chipTempC, ...rest] = values
  const [inletTempC, outletTempC, frequencyMhz, voltageV, serial, hwErrors] = rest
  return {
    slot,
    present,
    hashrateHs,
    chips,
    chipsExpected,
    boardTempC,
    chipTempC,
    inletTempC,
    outletTempC,
    frequencyMhz,
    voltageV,
    serial,
    hwErrors,
  }
}

const psuValues = ({ model, serial, inputV, outputV, tempC, fanRpm }: Psu) =>
  [model, serial, inputV, outputV, tempC, fanRpm] as const

function psuOf([model, serial, inputV, outputV, tempC, fanRpm]: ReturnType<typeof psuValues>): Psu {
  return { model, serial, inputV, outputV, tempC, fanRpm }
}

const poolValues = (pool: MinerPool) =>
  [
    pool.slot,
    pool.url,
    pool.user,
    pool.active,
    pool.alive,
    pool.accepted,
    pool.rejected,
    pool.stale,
    pool.difficulty,
  ] as const

function poolOf(values: ReturnType<typeof poolValues>): MinerPool {
  const [slot, url, user, active, alive, accepted, rejected, stale, difficulty] = values
  return { slot, url, user, active, alive, accepted, rejected, stale, difficulty }
}
