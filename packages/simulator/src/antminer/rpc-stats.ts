import { rateHs, type BoardMeasurement } from '../measurement.ts'
import type { AntminerModel } from '../model.ts'
import type { Identity, Snapshot } from '../protocol.ts'
import { text } from '../random.ts'
import { chipMap, ghs, presentBoards, sensors } from './chains.ts'

/** The second row of `stats` on 4028: flat, a number in the key for each hashboard and fan. */
export function statsRow(model: AntminerModel, identity: Identity, at: Snapshot): Record<string, unknown> {
  const layout = model.stats === 's9' ? s9 : chains
  return {
    ...base(model, at),
    ...fans(layout, at.measurement.fansRpm),
    ...boardKeys(model, at, layout),
    ...totals(model, at),
    miner_version: model.minerVersion,
    miner_id: text({ seed: identity.seed, channel: 620 }, 16, '0123456789abcdef'),
  }
}

interface Layout {
  /** The number in the keys of each board, fan; and how many of each the firmware lists. */
  readonly boardKeys: readonly number[]
  readonly fanKeys: readonly number[]
  readonly width: { readonly boards: number; readonly fans: number }
  readonly temperatures: (board: BoardMeasurement | undefined, key: number) => Record<string, unknown>
  readonly frequencyKey: string
}

const chains: Layout = {
  boardKeys: [1, 2, 3],
  fanKeys: [1, 2, 3, 4],
  width: { boards: 4, fans: 4 },
  frequencyKey: 'freq',
  temperatures: (board, key) => ({
    [`temp_pcb${key}`]: board === undefined ? '0-0-0-0' : sensors(board.boardTempC).join('-'),
    [`temp_chip${key}`]: board === undefined ? '0-0-0-0' : sensors(board.chipTempC).join('-'),
    [`temp_pic${key}`]: board === undefined ? '0-0-0-0' : sensors(board.boardTempC - 10).join('-'),
    ...(board === undefined
      ? {}
      : { [`temp${key}`]: Math.round(board.boardTempC), [`temp2_${key}`]: Math.round(board.chipTempC) }),
  }),
}

// The S9 counts connectors of its control board: hashboards sit at 6 to 8, fans at 3 and 6.
const s9: Layout = {
  boardKeys: [6, 7, 8],
  fanKeys: [3, 6],
  width: { boards: 16, fans: 8 },
  frequencyKey: 'freq_avg',
  temperatures: (board, key) => ({
    [`temp${key}`]: board === undefined ? 0 : Math.round(board.boardTempC),
    [`temp2_${key}`]: board === undefined ? 0 : Math.round(board.chipTempC),
    [`temp3_${key}`]: 0,
  }),
}

function base(model: AntminerModel, at: Snapshot): Record<string, unknown> {
  const isS9 = model.stats === 's9'
  const rate = ghs(rateHs(at.measurement, 5_000))
  return {
    STATS: 0,
    ID: isS9 ? 'BC50' : 'BTM_SOC0',
    Elapsed: at.minedS,
    Calls: 0,
    Wait: 0,
    Max: 0,
    Min: 99_999_999,
    'GHS 5s': isS9 ? rate.toFixed(2) : rate,
    'GHS av': ghs(rateHs(at.measurement)),
    ...(isS9 ? {} : { rate_30m: ghs(rateHs(at.measurement, 1_800_000)), Mode: 0 }),
    miner_count: presentBoards(at).length,
    frequency: isS9 ? String(model.frequencyMhz) : model.frequencyMhz,
    fan_num: model.fans,
    temp_num: presentBoards(at).length,
  }
}

function boardKeys(model: AntminerModel, at: Snapshot, layout: Layout): Record<string, unknown> {
  const keys: Record<string, unknown> = {}
  for (let key = 1; key <= layout.width.boards; key += 1) {
    const slot = layout.boardKeys.indexOf(key)
    const board = at.measurement.boards.find(each => each.slot === slot && each.present)
    Object.assign(keys, layout.temperatures(board, key), {
      [`chain_acn${key}`]: board === undefined ? 0 : model.chipsPerBoard,
      [`chain_acs${key}`]: board === undefined ? '' : chipMap(model),
      [`chain_hw${key}`]: board?.hwErrors ?? 0,
      [`chain_rate${key}`]: board === undefined ? '' : ghs(board.rateHs(5_000)).toFixed(2),
      [`${layout.frequencyKey}${key}`]: board === undefined ? 0 : model.frequencyMhz,
    })
  }
  return keys
}

function totals(model: AntminerModel, at: Snapshot): Record<string, unknown> {
  const present = presentBoards(at)
  return {
    total_rateideal: model.hashrateThs * 1000,
    ...(model.stats === 's9' ? {} : { rate_unit: 'GH' }),
    total_freqavg: model.frequencyMhz,
    total_acn: present.length * model.chipsPerBoard,
    [model.stats === 's9' ? 'total_rate' : 'total rate']: ghs(rateHs(at.measurement)),
    temp_max: Math.max(0, ...present.map(board => Math.round(board.boardTempC))),
    no_matching_work: present.reduce((sum, board) => sum + board.hwErrors, 0),
  }
}

function fans(layout: Layout, fansRpm: readonly number[]): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: layout.width.fans }, (_, index) => [
      `fan${index + 1}`,
      fansRpm[layout.fanKeys.indexOf(index + 1)] ?? 0,
    ]),
  )
}
