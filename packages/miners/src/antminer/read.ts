import type { MinerPool, MiningState, Problem } from '@headframe/protocol'
import { z } from 'zod'
import { askCgminer, askHttp, http, optional } from '../ask.ts'
import type { Dialogue, Draft, HttpRequest } from '../driver.ts'
import { endsAll, MinerError } from '../miner-error.ts'
import { flag, num, positive, whole } from '../reading/number.ts'
import { alive, cgminerPools } from '../reading/pools.ts'
import { rateHs, unitHs } from '../reading/rate.ts'
import { inner, row, rowsOrRow, type Row } from '../reading/rows.ts'
import { kept } from '../reading/text.ts'
import { classicStats } from './form-status.ts'
import { askSystem, identityFrom } from './identity.ts'
import { askFaultLight } from './locate.ts'
import { antminerFacts } from './models.ts'
import { badChipProblems, statusProblems, warningProblems } from './problems.ts'
import { cgi } from './requests.ts'
import { badChipsRpc, draftFromRpcStats } from './rpc-stats.ts'
import { badChips, draftFromWebStats } from './web-stats.ts'

/** Reads by web where that is to be had, since it tells more, else by 4028, which asks for no password. */
export function* read(): Dialogue<Draft> {
  const { system, accepted } = yield* askSystem()
  const stats = yield* askStats()
  const identity = identityFrom(system, ...(yield* typeRows(system, stats)))
  const facts = antminerFacts(identity.model)
  const fansExpected = facts?.fans ?? (isLiquid(identity.model) ? 0 : null)
  const parts = partsOf(stats, { model: identity.model, algorithm: facts?.algorithm ?? null })
  const summary = yield* askSummary()
  const warning = yield* askWarning(identity.model)
  const powerW = parts.powerW ?? (yield* askPower(identity.model))
  return {
    ...identity,
    firmware: 'Antminer stock',
    ...parts,
    hashrateHs: parts.hashrateHs ?? summaryRate(summary),
    powerW,
    powerSource: powerW === null ? null : 'reported',
    nameplateHashrateHs: parts.nameplateHashrateHs ?? facts?.nameplateHs ?? null,
    algorithm: facts?.algorithm ?? null,
    fans: withoutLiquidFans(parts.fans ?? [], fansExpected),
    mining: yield* miningState(stats, parts),
    pools: [...(yield* askPools())],
    faultLight: yield* optional(askFaultLight()),
    problems: [
      ...(accepted ? [] : [noLogin]),
      ...statusProblems(summary),
      ...warningProblems(warning),
      ...badChipProblems([...badChips(stats.main), ...badChipsRpc(stats.main)]),
    ],
    expected: { boards: facts?.boards ?? null, chips: facts?.chips ?? null, fans: fansExpected },
  }
}

const noLogin: Problem = {
  vendorCode: null,
  code: 'configuration',
  component: 'login',
  text: 'The miner does not take our password: it tells less, and takes no commands.',
}

/** The row with the numbers, and what stands beside it: type, program and build time. */
export type Stats = { readonly main: Row; readonly info: Row; readonly state: 'told' | 'empty' | 'starting' }

const versionReply = z.object({ VERSION: rowsOrRow })
const poolsReply = z.object({ POOLS: rowsOrRow })
const statsReply = z.object({ STATS: rowsOrRow, INFO: row.optional() })

export function* askStats(): Dialogue<Stats> {
  // The web page asks the mining process too: while that starts, the page says so and 4028 is shut.
  const web = yield* unlessStarting(askHttp(cgi('stats'), statsReply))
  if (web === 'starting') return starting
  if (web) return statsOf(web)
  try {
    // Firmware since 2022 answers in the shape of the web when asked so; older ones ignore the word.
    return statsOf(yield* askCgminer('stats', statsReply, { new_api: true }))
  } catch (error) {
    if (isStarting(error)) return starting
    const old = yield* unlessStarting(askHttp(cgi('get_miner_status'), row))
    if (old === 'starting') return starting
    if (old) return { main: classicStats(old), info: {}, state: 'told' }
    throw error
  }
}

const starting: Stats = { main: {}, info: {}, state: 'starting' }

function isStarting(error: unknown): boolean {
  return error instanceof MinerError && error.code === 'not-ready'
}

function* unlessStarting<T>(dialogue: Dialogue<T>): Dialogue<T | 'starting' | null> {
  try {
    return yield* dialogue
  } catch (error) {
    if (isStarting(error)) return 'starting'
    if (error instanceof MinerError && !endsAll(error)) return null
    throw error
  }
}

function statsOf(reply: z.infer<typeof statsReply>): Stats {
  const main = reply.STATS.find(one => 'chain' in one || 'rate_5s' in one) ?? reply.STATS.find(one => 'Elapsed' in one)
  const info = reply.INFO ?? reply.STATS.find(one => 'Type' in one) ?? {}
  return { main: main ?? {}, info, state: main ? 'told' : 'empty' }
}

export function partsOf(
  stats: Stats,
  given: { readonly model: string | null; readonly algorithm: string | null },
): Partial<Draft> {
  const web = 'chain' in stats.main || 'rate_5s' in stats.main
  return web ? draftFromWebStats(stats.main) : draftFromRpcStats(stats.main, given)
}

/** Where neither system info nor stats tell the type, `version` does. */
function* typeRows(system: Row, stats: Stats): Dialogue<readonly Row[]> {
  if (system['minertype'] !== undefined || stats.info['Type'] !== undefined || stats.info['type'] !== undefined)
    return [stats.info]
  const version = yield* optional(askCgminer('version', versionReply))
  return [stats.info, version?.VERSION[0] ?? {}]
}

const summaryReply = z.object({ SUMMARY: rowsOrRow })

/** Only the web has the health list, but 4028 has a rate where `stats` lacks one. */
function* askSummary(): Dialogue<Row> {
  const web = yield* optional(askHttp(cgi('summary'), summaryReply))
  return web?.SUMMARY[0] ?? {}
}

function summaryRate(summary: Row): number | null {
  return rateHs(summary['rate_5s'], unitHs(summary['rate_unit']) ?? 1e9)
}

function* askWarning(model: string | null): Dialogue<Row> {
  return hasPort6060(model) ? ((yield* optional(askHttp(on6060('/warning'), row))) ?? {}) : {}
}

/** A line with the watts behind a colon; `error 6060 cmd` on firmware that does not know it. */
export function* askPower(model: string | null): Dialogue<number | null> {
  if (!hasPort6060(model)) return null
  const reply = yield* optional(http(on6060('/miner_power')))
  return positive(/:\s*"?([\d.,]+)/.exec(reply?.body.slice(0, 256) ?? '')?.[1])
}

function hasPort6060(model: string | null): boolean {
  return model !== null && /S19.*XP|S21/i.test(model)
}

function on6060(path: string): HttpRequest {
  return cgi('', { path, port: 6060, auth: 'none', account: null, timeoutMs: 1000 })
}

/** `S21 Hyd.`, `S21 Imm.`: also those that are newer than our table. */
function isLiquid(model: string | null): boolean {
  return /\b(?:hyd|imm)/i.test(model ?? '')
}

/** Hydro and immersion machines have none, though some say `fan_num` 4 and list zeros. */
export function withoutLiquidFans(
  fans: NonNullable<Draft['fans']>,
  expected: number | null,
): NonNullable<Draft['fans']> {
  return expected === 0 && fans.every(fan => fan.rpm === 0) ? [] : fans
}

/** `stats` is empty while the machine sleeps; its configuration says whether it does. */
function* miningState(stats: Stats, parts: Partial<Draft>): Dialogue<MiningState> {
  if (stats.state === 'starting') return (yield* sleeps()) ? 'paused' : 'starting'
  if (isResting(stats)) return 'paused'
  if ((parts.hashrateHs ?? 0) > 0) return 'running'
  if (num(stats.main['miner-mode']) === null && (yield* sleeps())) return 'paused'
  if (parts.uptimeS === null || parts.uptimeS === undefined || parts.hashrateHs === null) return 'unknown'
  return parts.uptimeS < rampUpS ? 'starting' : 'fault'
}

/** It says itself that it sleeps. */
export function isResting(stats: Stats): boolean {
  const told = num(stats.main['miner-mode'])
  return told !== null && restMode(told)
}

/** Mode 1 is sleep; recent builds do not mine in mode 5 either. */
function restMode(mode: number): boolean {
  return mode === 1 || mode === 5
}

function* sleeps(): Dialogue<boolean> {
  const conf = yield* optional(askHttp(cgi('get_miner_conf'), row))
  const mode = num(conf?.['miner-mode'] ?? conf?.['bitmain-work-mode'])
  return mode !== null && restMode(mode)
}

/** A machine hashes again three to ten minutes after a start. */
const rampUpS = 600

export function* askPools(): Dialogue<readonly MinerPool[]> {
  const rpc = yield* optional(askCgminer('pools', poolsReply))
  if (rpc && rpc.POOLS.length > 0) return cgminerPools(rpc.POOLS)
  const web = yield* optional(askHttp(cgi('pools'), poolsReply))
  return (web?.POOLS ?? []).slice(0, 16).map((pool, slot) => webPool(inner(pool), slot))
}

function webPool(pool: Row, slot: number): MinerPool {
  return {
    slot,
    url: kept(pool['url']),
    user: kept(pool['user']),
    active: flag(pool['stratum_active'] ?? pool['active']),
    alive: alive(pool['status']),
    accepted: whole(pool['accepted']),
    rejected: whole(pool['rejected']),
    stale: whole(pool['stale']),
    difficulty: positive(pool['diff']),
  }
}
