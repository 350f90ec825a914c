import { z } from 'zod'
import { ago, cgminerError, cgminerReply, shortDifficulty } from '../cgminer.ts'
import { rateHs } from '../measurement.ts'
import type { AntminerModel } from '../model.ts'
import type { PoolRow } from '../pool.ts'
import type { Answer, Identity, Snapshot } from '../protocol.ts'
import { ghs, presentBoards } from './chains.ts'
import { statsRow } from './rpc-stats.ts'
import { webStats } from './web-reads.ts'

export interface Antminer {
  readonly model: AntminerModel
  readonly identity: Identity
  readonly at: Snapshot
}

const asked = z.object({ command: z.string().max(256), new_api: z.boolean().optional() })

/** Port 4028: reads for anyone, writes for nobody. */
export function answerRpc(miner: Antminer, request: unknown): Answer {
  const { model, identity, at } = miner
  const call = asked.safeParse(request)
  if (!call.success) return json(failed(at, 23, 'Invalid JSON'))
  const { command, new_api: newApi } = call.data
  if (newApi === true && model.newApi && command === 'stats') return json(webStats(model, identity, at))
  const names = command.split('+')
  // Several commands in one request work on the older builds only.
  if (names.length > 1 && model.web === 'form') {
    return json({ ...Object.fromEntries(names.map(name => [name, [reply(miner, name)]])), id: 1 })
  }
  const text = JSON.stringify(reply(miner, command))
  // bmminer of the S9 leaves out the comma between the two rows of `stats`.
  return { text: command === 'stats' && model.stats === 's9' ? text.replace('},{', '}{') : text }
}

function reply(miner: Antminer, command: string): Record<string, unknown> {
  const { model, identity, at } = miner
  switch (command) {
    case 'version':
      return said(at, { code: 22, text: 'CGMiner versions' }, { VERSION: [version(model)] })
    case 'summary':
      return said(at, { code: 11, text: 'Summary' }, { SUMMARY: [summary(at)] })
    case 'stats':
      return said(at, { code: 70, text: 'CGMiner stats' }, { STATS: [program(model), statsRow(model, identity, at)] })
    case 'pools':
      return said(at, { code: 7, text: `${at.pools.length} Pool(s)` }, { POOLS: poolRows(at) })
    case 'devs':
      return said(at, { code: 9, text: '1 ASC(s)' }, { DEVS: [devs(at)] })
    case 'restart':
    case 'addpool':
    case 'switchpool':
    case 'removepool':
      return failed(at, 45, `Access denied to '${command}' command`)
    default:
      return failed(at, 14, 'Invalid command')
  }
}

function said(at: Snapshot, status: { code: number; text: string }, rows: Record<string, unknown>) {
  return cgminerReply({ ...status, ...from(at) }, rows)
}

function failed(at: Snapshot, code: number, text: string) {
  return cgminerError({ code, text, ...from(at) })
}

function from(at: Snapshot) {
  return { from: 'cgminer 1.0.0', when: Math.floor(at.now / 1000) }
}

function version(model: AntminerModel): Record<string, unknown> {
  return { API: '3.1', ...program(model) }
}

function program(model: AntminerModel): Record<string, unknown> {
  return {
    [model.program]: model.programVersion,
    Miner: model.minerVersion,
    CompileTime: model.compileTime,
    Type: model.name,
  }
}

function summary(at: Snapshot): Record<string, unknown> {
  const total = (of: (pool: PoolRow) => number) => at.pools.reduce((sum, pool) => sum + of(pool), 0)
  const accepted = total(pool => pool.accepted)
  const rejected = total(pool => pool.rejected)
  const average = rateHs(at.measurement)
  return {
    Elapsed: at.minedS,
    'GHS 5s': ghs(rateHs(at.measurement, 5_000)),
    'GHS av': ghs(average),
    'GHS 30m': ghs(rateHs(at.measurement, 1_800_000)),
    'Found Blocks': 0,
    Getwork: Math.floor(at.minedS / 13),
    Accepted: accepted,
    Rejected: rejected,
    'Hardware Errors': presentBoards(at).reduce((sum, board) => sum + board.hwErrors, 0),
    Utility: Number((accepted / Math.max(1, at.minedS / 60)).toFixed(2)),
    Discarded: 0,
    Stale: total(pool => pool.stale),
    'Get Failures': 0,
    'Local Work': Math.floor(at.minedS * 88),
    'Remote Failures': 0,
    'Network Blocks': Math.floor(at.minedS / 600),
    'Total MH': Math.round((average / 1e6) * at.minedS),
    'Work Utility': 0,
    'Difficulty Accepted': total(pool => pool.accepted * pool.difficulty),
    'Difficulty Rejected': total(pool => pool.rejected * pool.difficulty),
    'Difficulty Stale': 0,
    'Best Share': 0,
    'Device Hardware%': 0,
    'Device Rejected%': 0,
    'Pool Rejected%': Number(((100 * rejected) / Math.max(1, accepted + rejected)).toFixed(4)),
    'Pool Stale%': 0,
    'Last getwork': Math.floor(at.now / 1000),
  }
}

function poolRows(at: Snapshot): readonly Record<string, unknown>[] {
  return at.pools.map(pool => ({
    POOL: pool.slot,
    URL: pool.url,
    Status: pool.url !== '' && pool.alive ? 'Alive' : 'Dead',
    Priority: pool.slot,
    Quota: 1,
    'Long Poll': 'N',
    Getworks: 0,
    Accepted: pool.accepted,
    Rejected: pool.rejected,
    Discarded: 0,
    Stale: pool.stale,
    'Get Failures': 0,
    'Remote Failures': 0,
    User: pool.user,
    'Last Share Time': ago(pool.lastShareAt, at.now),
    Diff: pool.active ? shortDifficulty(pool.difficulty) : '',
    'Diff1 Shares': 0,
    'Proxy Type': '',
    Proxy: '',
    'Difficulty Accepted': pool.accepted * pool.difficulty,
    'Difficulty Rejected': pool.rejected * pool.difficulty,
    'Difficulty Stale': pool.stale * pool.difficulty,
    'Last Share Difficulty': pool.accepted > 0 ? pool.difficulty : 0,
    'Has Stratum': true,
    'Stratum Active': pool.active,
    'Stratum URL': pool.active ? pool.url.replace(/^.*:\/\//, '').replace(/:\d+$/, '') : '',
    'Has GBT': false,
    'Best Share': 0,
    'Pool Rejected%': 0,
    // Twice, as the firmware has it.
    'Pool Stale%%': 0,
  }))
}

function devs(at: Snapshot): Record<string, unknown> {
  const [pool] = at.pools.filter(each => each.active)
  return {
    ASC: 0,
    Name: 'BTM_SOC',
    ID: 0,
    Enabled: 'Y',
    Status: 'Alive',
    // Spelt so by the firmware, and without a value.
    Tenperature: 0,
    'MHS av': 0,
    'MHS 5s': 0,
    Accepted: pool?.accepted ?? 0,
    Rejected: pool?.rejected ?? 0,
    'Hardware Errors': 0,
    Utility: 0,
    'Last Share Pool': pool?.slot ?? 0,
    'Last Share Time': Math.floor((pool?.lastShareAt ?? 0) / 1000),
    'Device Elapsed': at.minedS,
  }
}

function json(value: unknown): Answer {
  return { text: JSON.stringify(value) }
}
