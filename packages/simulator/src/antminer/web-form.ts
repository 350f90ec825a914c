import { ago, shortDifficulty } from '../cgminer.ts'
import { rateHs } from '../measurement.ts'
import type { AntminerModel } from '../model.ts'
import type { PoolRow } from '../pool.ts'
import type { Snapshot } from '../protocol.ts'
import { chipMap, ghs, presentBoards } from './chains.ts'

/** `get_miner_status.cgi` of the form generation: a shell script's JSON, in which every number is text. */
export function minerStatus(model: AntminerModel, at: Snapshot): Record<string, unknown> {
  return { summary: summary(at), pools: at.pools.map(pool => poolRow(pool, at.now)), devs: devs(model, at) }
}

function summary(at: Snapshot): Record<string, string> {
  const total = (of: (pool: PoolRow) => number) => String(at.pools.reduce((sum, pool) => sum + of(pool), 0))
  return {
    elapsed: String(at.minedS),
    ghs5s: ghs(rateHs(at.measurement, 5_000)).toFixed(2),
    ghsav: ghs(rateHs(at.measurement)).toFixed(2),
    foundblocks: '0',
    getworks: String(Math.floor(at.minedS / 13)),
    accepted: total(pool => pool.accepted),
    rejected: total(pool => pool.rejected),
    hw: String(presentBoards(at).reduce((sum, board) => sum + board.hwErrors, 0)),
    utility: '0',
    discarded: '0',
    stale: total(pool => pool.stale),
    localwork: '0',
    wu: '0',
    diffa: total(pool => pool.accepted * pool.difficulty),
    diffr: total(pool => pool.rejected * pool.difficulty),
    diffs: total(pool => pool.stale * pool.difficulty),
    bestshare: '0',
  }
}

function poolRow(pool: PoolRow, now: number): Record<string, string> {
  return {
    index: String(pool.slot),
    url: pool.url,
    user: pool.user,
    status: pool.url !== '' && pool.alive ? 'Alive' : 'Dead',
    priority: String(pool.slot),
    getworks: '0',
    accepted: String(pool.accepted),
    rejected: String(pool.rejected),
    discarded: '0',
    stale: String(pool.stale),
    diff: pool.active ? shortDifficulty(pool.difficulty) : '',
    diff1: '0',
    diffa: String(pool.accepted * pool.difficulty),
    diffr: String(pool.rejected * pool.difficulty),
    diffs: String(pool.stale * pool.difficulty),
    lsdiff: String(pool.accepted > 0 ? pool.difficulty : 0),
    lstime: ago(pool.lastShareAt, now),
  }
}

function devs(model: AntminerModel, at: Snapshot): readonly Record<string, string>[] {
  const [first, second] = at.measurement.fansRpm
  return presentBoards(at).map(board => ({
    index: String(board.slot + (model.stats === 's9' ? 6 : 1)),
    chain_acn: String(model.chipsPerBoard),
    freq: String(model.frequencyMhz),
    freqavg: model.frequencyMhz.toFixed(2),
    fan3: String(first ?? 0),
    fan6: String(second ?? 0),
    rateideal: ((model.hashrateThs * 1000) / model.hashboards).toFixed(2),
    rate: ghs(board.rateHs(5_000)).toFixed(2),
    hw: String(board.hwErrors),
    temp: String(Math.round(board.boardTempC)),
    temp2: String(Math.round(board.chipTempC)),
    chain_acs: chipMap(model),
  }))
}
