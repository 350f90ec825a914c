import type { Command, Outcome, PoolSetting } from '@headframe/protocol'
import { http, askHttp, optional } from '../ask.ts'
import { done, failed, unknown } from '../commands/outcome.ts'
import { poolsObserved, samePools, threeRows, withPasswords, type PoolRow } from '../commands/pool-list.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue, HttpRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { inner, list, row, type Row } from '../reading/rows.ts'
import { setting } from '../reading/text.ts'
import { askPools } from './read.ts'
import { cgi, postForm, postJson } from './requests.ts'

type SetPools = Extract<Command, { kind: 'setPools' }>

/** Reads the whole configuration, changes the pools in it, writes all of it, reads it back and compares all of it. */
export function* setPools(command: SetPools, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* askConf()
  const rowsBefore = poolRows(before)
  if (samePools(command.pools, rowsBefore)) return done('These pools are set already.', poolsObserved(rowsBefore))
  const wanted = threeRows(withPasswords(command.pools, rowsBefore))
  const generation = (yield* isNewGeneration()) ? 'json' : 'form'
  const startedAt = deps.now()
  yield* write(http(generation === 'json' ? jsonWrite(before, wanted) : formWrite(before, wanted)))
  const after = yield* confOnceBack(command.pools, deps)
  if (after === null) return unknown('timeout', 'The pools were sent, but the configuration could not be read back.')
  const observed = poolsObserved(poolRows(after))
  if (!samePools(command.pools, poolRows(after)))
    return failed('not-applied', 'The configuration holds other pools than were sent.', observed)
  const lost = changedSettings(before, after)
  if (lost.length > 0) return failed('not-applied', alsoChanged(lost), observed)
  return yield* observeLive(command.pools, { startedAt, observed }, deps)
}

function* askConf(): Dialogue<Row> {
  return yield* askHttp(cgi('get_miner_conf'), row)
}

function poolRows(conf: Row): readonly PoolRow[] {
  return list(conf['pools'])
    .map(inner)
    .map(pool => ({ url: word(pool['url']), user: word(pool['user']), pass: word(pool['pass']) }))
}

function word(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** `stats.cgi` came with the JSON pages. Only a plain "not there" means the old ones: writing in the wrong form is no try. */
function* isNewGeneration(): Dialogue<boolean> {
  try {
    yield* http(cgi('stats'))
    return true
  } catch (error) {
    if (error instanceof MinerError && error.code === 'unsupported') return false
    throw error
  }
}

/**
 * Builds before July 2023 want the whole object; later ones take it too. The mode is `bitmain-work-mode` when read
 * and `miner-mode` when written, and some builds want both. Types stay as they were read.
 */
function jsonWrite(before: Row, pools: readonly PoolRow[]): HttpRequest {
  const mode = before['miner-mode'] ?? before['bitmain-work-mode']
  const level = before['freq-level'] ?? before['bitmain-freq-level']
  return postJson('set_miner_conf', {
    ...before,
    ...(mode === undefined ? {} : { 'miner-mode': mode, 'bitmain-work-mode': mode }),
    ...(level === undefined || level === '' ? {} : { 'freq-level': level }),
    pools,
  })
}

/** The old page is a shell script that takes its fields by position, so that the order is part of the format. */
function formWrite(before: Row, pools: readonly PoolRow[]): HttpRequest {
  const settings = formSettings.flatMap(({ field, key, otherwise }) => {
    const value = setting(before[key]) ?? otherwise
    return value === undefined ? [] : [[field, value] as const]
  })
  const rows = pools.flatMap(({ url, user, pass }, index) => [
    [`_ant_pool${index + 1}url`, url] as const,
    [`_ant_pool${index + 1}user`, user] as const,
    [`_ant_pool${index + 1}pw`, pass] as const,
  ])
  return postForm('set_miner_conf', [...rows, ...settings], 45_000)
}

type FormSetting = { readonly field: string; readonly key: string; readonly otherwise?: string }

/** S9 and relatives; a setting that is left out is reset. Those that are read only when set fall back to what unset means. */
const formSettings: readonly FormSetting[] = [
  { field: '_ant_nobeeper', key: 'bitmain-nobeeper', otherwise: 'false' },
  { field: '_ant_notempoverctrl', key: 'bitmain-notempoverctrl', otherwise: 'false' },
  { field: '_ant_fan_customize_switch', key: 'bitmain-fan-ctrl', otherwise: 'false' },
  { field: '_ant_fan_customize_value', key: 'bitmain-fan-pwm', otherwise: '' },
  { field: '_ant_freq', key: 'bitmain-freq', otherwise: '' },
  { field: '_ant_voltage', key: 'bitmain-voltage' },
  { field: '_ant_work_mode', key: 'bitmain-work-mode' },
]

/** The configuration once the machine answers again, as it is when the pools match or when the time is over. */
function* confOnceBack(wanted: readonly PoolSetting[], deps: CommandDeps): Dialogue<Row | null> {
  const endAt = deps.now() + Math.min(deps.observeMs, savedMs)
  let last: Row | null = null
  do {
    last = (yield* optional(askConf())) ?? last
    if (last && samePools(wanted, poolRows(last))) return last
    yield { kind: 'wait', ms: 2000 }
  } while (deps.now() < endAt)
  return last
}

/** The file is written before the answer comes; what it does not hold by then it will not hold. */
const savedMs = 30_000

/** Settings other than the pools that are not what they were. */
function changedSettings(before: Row, after: Row): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  // The two names of the mode may come and go with a write of both.
  return [...names].filter(
    name =>
      name !== 'pools' && before[name] !== undefined && JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  )
}

function alsoChanged(names: readonly string[]): string {
  return `The pools are set, but these settings changed too: ${names.join(', ')}.`.slice(0, 512)
}

type Known = { readonly startedAt: number; readonly observed: Outcome['observed'] }

/** The mining process restarts by itself to take the pools: they are live when it lists them. */
function* observeLive(wanted: readonly PoolSetting[], known: Known, deps: CommandDeps): Dialogue<Outcome> {
  let seen = false
  do {
    const live = yield* askPools()
    if (samePools(wanted, live))
      return done('The pools are set, and the miner lists them.', { ...known.observed, live: true })
    seen = live.length > 0
    yield { kind: 'wait', ms: 2000 }
  } while (deps.now() < known.startedAt + deps.observeMs)
  const observed = { ...known.observed, live: false }
  if (seen)
    return unknown('not-applied', 'The pools are in the configuration, but the miner still lists others.', observed)
  return done('The pools are in the configuration; the miner is still restarting and lists none yet.', observed)
}
