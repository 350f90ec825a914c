import { readCell, columns, reading, type Column, type Reading } from '@headframe/protocol'
import { problemsOfFate, type GeneratedMiner, type Mine } from './mine.ts'

/** The detail of a generated miner, in step with its row. */
export function readingOf(mine: Mine, miner: GeneratedMiner): Reading {
  const { info, model, fate } = miner
  const table = mine.cohorts[info.cohort]
  const cell = (column: Column) => (table ? readCell(table, column, info.slot) : null)
  const at = cell(columns.observedAt) ?? 0
  const accepted = cell(columns.accepted)
  return reading.parse({
    at,
    ...info,
    mining: fate === 'paused' ? 'paused' : fate === 'tuning' ? 'tuning' : 'running',
    uptimeS: Math.max(0, at - miner.startedAt) / 1000,
    hashrateHs: cell(columns.hashrateHs),
    windowMs: 300_000,
    expectedHashrateHs: model.hashrateHs,
    powerW: cell(columns.powerW),
    powerSource: model.telling.power ? 'reported' : null,
    powerLimitW: null,
    hashboards: boardsOf(miner, cell(columns.hashrateHs), cell(columns.chipTempC)),
    fans: Array.from({ length: model.fans }, (_, slot) => ({
      slot,
      rpm: fate === 'fan' && slot === 1 ? 0 : (cell(columns.fanRpm) ?? 0) + slot * 30 || 4500,
      percent: 62,
    })),
    psu: model.telling.power
      ? { model: 'P221B', serial: null, inputV: 231, outputV: 14.2, tempC: 48, fanRpm: 7200 }
      : null,
    inletTempC: cell(columns.inletTempC),
    pools: info.pools.map((pool, slot) => ({
      ...pool,
      slot,
      active: slot === cell(columns.activePool),
      alive: true,
      accepted: slot === cell(columns.activePool) ? accepted : 0,
      rejected: slot === cell(columns.activePool) ? cell(columns.rejected) : 0,
      stale: 0,
      difficulty: 262_144,
    })),
    problems: problemsOfFate(fate).map(code => ({
      vendorCode: code === 'hashboard-missing' ? '207' : null,
      code,
      component: code === 'hashboard-missing' ? 'hashboard 2' : null,
      text: code === 'hashboard-missing' ? 'Chain[2]: find 0 asic, will power off hash board 2' : null,
    })),
  })
}

function boardsOf({ fate, model }: GeneratedMiner, hashrateHs: number | null, chipTempC: number | null) {
  const present = fate === 'board' ? model.boards - 1 : model.boards
  return Array.from({ length: model.boards }, (_, slot) => {
    const here = slot < present
    return {
      slot,
      present: here,
      hashrateHs: here && hashrateHs !== null ? hashrateHs / present : null,
      chips: here ? model.chips - (fate === 'low' && slot === 1 ? 23 : 0) : null,
      chipsExpected: model.chips,
      boardTempC: here && chipTempC !== null ? chipTempC - 14 : null,
      chipTempC: here && chipTempC !== null ? chipTempC - slot : null,
      inletTempC: null,
      outletTempC: null,
      frequencyMhz: here ? 490 : null,
      voltageV: here ? 13.7 : null,
      serial: here ? `YNAHDB${slot}A0${model.chips}` : null,
      hwErrors: here ? slot * 3 : null,
    }
  })
}
