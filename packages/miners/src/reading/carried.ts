import type { Hashboard, Reading } from '@headframe/protocol'
import type { Draft } from '../driver.ts'

/** What a reading of a machine that is well hands on to the next one: facts that hold for longer than minutes. */
export function carriedFrom(before: Reading): Draft {
  const { make, model, firmware, firmwareVersion, mac, serial, hostname } = before
  const { nameplateHashrateHs, algorithm, powerLimitW, psu, faultLight } = before
  return {
    make,
    model,
    firmware,
    firmwareVersion,
    mac,
    serial,
    hostname,
    nameplateHashrateHs,
    algorithm,
    powerLimitW,
    psu,
    faultLight,
    // It was well: all its parts were there.
    expected: {
      boards: before.hashboards.length,
      chips: before.hashboards[0]?.chipsExpected ?? null,
      fans: before.fans.length,
    },
  }
}

/** A board is told to be where one of its serial was; what does not tell a serial keeps it. */
export function withSerials(boards: readonly Hashboard[], before: Reading): readonly Hashboard[] {
  const serials = new Map(before.hashboards.map(board => [board.slot, board.serial]))
  return boards.map(board => ({ ...board, serial: board.serial ?? serials.get(board.slot) ?? null }))
}

/** Starts are told in whole seconds, some time after they were counted. */
const sameStartMs = 15_000

/** Whether two readings are plainly of one machine that is as well as it was: else it is to be read in full. */
export function goesOn(now: Reading, before: Reading): boolean {
  return (
    now.problems.length === 0 &&
    now.mining === before.mining &&
    (now.hashrateHs ?? 0) > 0 &&
    now.mac === before.mac &&
    isSameStart(now, before) &&
    sameList(now.hashboards.map(boardName), before.hashboards.map(boardName)) &&
    sameList(now.pools.map(poolName), before.pools.map(poolName))
  )
}

function isSameStart(now: Reading, before: Reading): boolean {
  if (now.uptimeS === null || before.uptimeS === null) return false
  const startedAt = now.at - now.uptimeS * 1000
  return Math.abs(startedAt - (before.at - before.uptimeS * 1000)) <= sameStartMs
}

const boardName = (board: Hashboard) => `${board.slot} ${board.serial}`
const poolName = (pool: Reading['pools'][number]) => `${pool.slot} ${pool.url} ${pool.user}`
const sameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((one, n) => one === b[n])
