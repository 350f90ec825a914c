import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reading as readingSchema, type Reading } from '@headframe/protocol'
import { describe, expect, test } from 'vitest'
import { decodeRecorded } from './recorded.ts'

// Recorded sets live beside the project. Where they are absent these tests are skipped.
const root = join(import.meta.dirname, '../../../../shared/fixtures/miners')
const families = ['antminer-stock', 'whatsminer', 'bitaxe']
const sets = existsSync(root)
  ? families.flatMap(family => readdirSync(join(root, family)).map(set => join(family, set)))
  : []

test.skipIf(existsSync(root))('has no recorded sets to replay: ../shared/fixtures/miners is absent', () => {
  expect(sets).toEqual([])
})

describe.skipIf(sets.length === 0)('recorded sets', () => {
  test.each(sets)('%s reads as its source expects', async set => {
    const files = filesOf(join(root, set))
    const { reading } = await decodeRecorded(files, 1_700_000_000_000)
    const { asserted, derived } = JSON.parse(new TextDecoder().decode(files.get('expected.json')))
    const want = { ...derived, ...asserted }
    const picked = wanted(want)
    expect(readingSchema.parse(reading)).toEqual(reading)
    expect(told(reading, want)).toEqual(picked)
  })

  test('reads both ways to one Antminer alike', async () => {
    const files = filesOf(join(root, 'antminer-stock/s21jxp-hyd-2026-05'))
    const web = await decodeRecorded(files, 0)
    const rpc = await decodeRecorded(new Map([...files].filter(([name]) => !name.startsWith('cgi.'))), 0)
    const same = ({ reading }: typeof web) => ({
      model: reading.model,
      hashrateHs: reading.hashrateHs,
      boards: reading.hashboards.map(board => ({ ...board, serial: null, hwErrors: null, chipTempC: null })),
      fans: reading.fans,
    })
    expect(same(rpc)).toEqual(same(web))
  })

  test('keeps the units of Equihash apart from its keys, whichever way it is read', async () => {
    const files = filesOf(join(root, 'antminer-stock/z15pro-2023-12'))
    const rpc = await decodeRecorded(new Map([...files].filter(([name]) => !name.startsWith('cgi.'))), 0)
    expect(rpc.reading.hashrateHs).toBeCloseTo(891_280, 0)
    expect(rpc.reading.hashboards.map(board => [board.slot, Math.round(board.hashrateHs ?? 0)])).toEqual([
      [0, 289_940],
      [1, 290_840],
      [3, 238_950],
    ])
  })

  test('names the errors of a WhatsMiner V1 and V3', async () => {
    const old = filesOf(join(root, 'whatsminer/m20s-v10-20210322'))
    const v1 = await decodeRecorded(new Map(old).set('rpc.summary.json', old.get('rpc.summary_with_errors.json')!), 0)
    const recent = filesOf(join(root, 'whatsminer/m60s-vk40-api3-20251209'))
    const v3 = await decodeRecorded(
      new Map(recent).set('rpc.get_device_info.json', recent.get('rpc.get_device_info_with_errors.json')!),
      0,
    )
    expect(v1.reading.problems.map(problem => problem.vendorCode)).toEqual(['110', '600'])
    expect(v3.reading.problems.map(problem => problem.vendorCode)).toEqual(['264', '265', '266', '267', '270'])
  })
})

test('says which family it has no driver for', async () => {
  const files = new Map([['meta.json', new TextEncoder().encode('{"family":"avalon","files":{}}')]])
  await expect(decodeRecorded(files, 0)).rejects.toMatchObject({
    code: 'unknown-family',
    message: 'there is no driver for avalon',
  })
})

test('reads a set without meta.json by the names of its files', async () => {
  const info = {
    ASICModel: 'BM1370',
    boardVersion: '601',
    hashRate: 1071,
    frequency: 525,
    smallCoreCount: 2040,
    version: 'v2.9.0',
  }
  const files = new Map([['http.api_system_info.json', new TextEncoder().encode(JSON.stringify(info))]])
  const { driver, reading } = await decodeRecorded(files, 0)
  expect([driver, reading.model, reading.hashrateHs]).toEqual(['bitaxe', 'Gamma', 1.071e12])
})

function filesOf(folder: string): Map<string, Uint8Array> {
  return new Map(readdirSync(folder).map(name => [name, readFileSync(join(folder, name))]))
}

type Want = Readonly<Record<string, unknown>> & { readonly boards?: readonly Row[]; readonly pools?: readonly Row[] }
type Row = Readonly<Record<string, unknown>>

/** The expectations that a `Reading` has a field for, numbers within half a per cent. */
function wanted(want: Want) {
  return {
    ...pick(want, Object.keys(scalars)),
    boards: (want.boards ?? []).map(board => pick(board, Object.keys(boardFields))),
    pools: (want.pools ?? []).map(pool => pick(pool, ['url', 'user', 'accepted', 'rejected', 'active', 'alive'])),
  }
}

function pick(row: Row, keys: readonly string[]): Row {
  return Object.fromEntries(
    keys.filter(key => row[key] !== undefined && row[key] !== null).map(key => [key, about(row[key])]),
  )
}

function about(value: unknown): unknown {
  if (typeof value !== 'number') return value
  return value === 0
    ? 0
    : expect.toSatisfy((got: unknown) => typeof got === 'number' && Math.abs(got - value) <= 0.005 * Math.abs(value))
}

const mega = (value: number | null) => (value === null ? null : value / 1e6)
const scalars: Readonly<Record<string, (reading: Reading) => unknown>> = {
  hashrateTHs: reading => (mega(reading.hashrateHs) ?? 0) / 1e6,
  hashrateKsols: reading => (reading.hashrateHs ?? 0) / 1e3,
  expectedHashrateTHs: reading => (mega(reading.expectedHashrateHs) ?? 0) / 1e6,
  powerW: reading => reading.powerW,
  powerLimitW: reading => reading.powerLimitW,
  uptimeS: reading => reading.uptimeS,
  mac: reading => reading.mac,
  hostname: reading => reading.hostname,
  serial: reading => reading.serial,
  firmwareVersion: reading => reading.firmwareVersion,
  faultLight: reading => reading.faultLight,
  mining: reading => ['running', 'tuning'].includes(reading.mining),
  boardCount: reading => reading.hashboards.length,
  poolCount: reading => reading.pools.length,
  fanCount: reading => reading.fans.length,
}
const boardFields: Readonly<Record<string, (board: Reading['hashboards'][number]) => unknown>> = {
  slot: board => board.slot,
  chips: board => board.chips,
  serial: board => board.serial,
  freqMHz: board => board.frequencyMhz,
  hashrateTHs: board => (board.hashrateHs ?? 0) / 1e12,
  hashrateKsols: board => (board.hashrateHs ?? 0) / 1e3,
  boardTempMaxC: board => board.boardTempC,
  boardTempC: board => board.boardTempC,
  chipTempMaxC: board => board.chipTempC,
}

/** The same keys out of the reading. */
function told(reading: Reading, want: Want) {
  const scalarKeys = Object.keys(scalars).filter(key => want[key] !== undefined && want[key] !== null)
  return {
    ...Object.fromEntries(scalarKeys.map(key => [key, scalars[key]!(reading)])),
    boards: (want.boards ?? []).map((board, index) => {
      const keys = Object.keys(boardFields).filter(key => board[key] !== undefined && board[key] !== null)
      return Object.fromEntries(keys.map(key => [key, boardFields[key]!(reading.hashboards[index]!)]))
    }),
    pools: (want.pools ?? []).map((pool, index) => {
      const keys = ['url', 'user', 'accepted', 'rejected', 'active', 'alive'] as const
      const asked = keys.filter(key => pool[key] !== undefined && pool[key] !== null)
      return Object.fromEntries(asked.map(key => [key, reading.pools[index]?.[key]]))
    }),
  }
}
