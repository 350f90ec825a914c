import type { Command, Outcome, PoolSetting } from '@headframe/protocol'
import { http } from '../ask.ts'
import { failed, done, unknown, unsupported } from '../commands/outcome.ts'
import { poolsObserved, samePools } from '../commands/pool-list.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue, HttpRequest } from '../driver.ts'
import { notNegative } from '../reading/number.ts'
import type { Row } from '../reading/rows.ts'
import { restart } from './commands.ts'
import { axePools, type AxePool } from './pools.ts'
import { askInfo, axe } from './requests.ts'

/** Changes only what differs, so that a pool that stays keeps its password; then restarts, since pools apply after that. */
export function* setPools(command: Extract<Command, { kind: 'setPools' }>, deps: CommandDeps): Dialogue<Outcome> {
  const before = yield* askInfo()
  const pools = axePools(before)
  if (samePools(command.pools, pools)) return done('These pools are set already.', poolsObserved(pools))
  const missing = lacking(command.pools, pools)
  if (missing !== null) return unsupported(missing)
  yield* write(http(patch(pools, command.pools)))
  const after = yield* askInfo()
  const observed = poolsObserved(axePools(after))
  if (!samePools(command.pools, axePools(after)))
    return failed('not-applied', 'It holds other pools than were sent.', observed)
  const lost = changedSettings(before, after)
  if (lost.length > 0)
    return failed('not-applied', `The pools are set, but these settings changed too: ${lost.join(', ')}.`, observed)
  return yield* afterRestart(command.pools, notNegative(after['uptimeSeconds']), deps)
}

function* afterRestart(wanted: readonly PoolSetting[], uptimeS: number | null, deps: CommandDeps): Dialogue<Outcome> {
  const restarted = yield* restart(uptimeS, deps)
  if (restarted.kind !== 'done') {
    return unknown(
      'timeout',
      `The pools are set, but apply after a restart, and: ${restarted.text}`,
      restarted.observed,
    )
  }
  const pools = axePools(yield* askInfo())
  const observed = { ...restarted.observed, ...poolsObserved(pools) }
  if (!samePools(wanted, pools))
    return failed('not-applied', 'After the restart it holds other pools than were sent.', observed)
  return done('The pools are set, and it restarted to use them.', observed)
}

function lacking(wanted: readonly PoolSetting[], found: readonly AxePool[]): string | null {
  if (wanted.length > found.length) return `This firmware holds ${found.length} pools at most.`
  if (wanted.some(pool => !/:\d+$/.test(pool.url))) return 'AxeOS needs the port of each pool.'
  const tls = wanted.some(pool => !pool.url.startsWith('stratum+tcp:'))
  return tls && !('stratumTLS' in (found[0]?.row ?? {})) ? 'This firmware cannot reach a pool over TLS.' : null
}

function patch(found: readonly AxePool[], wanted: readonly PoolSetting[]): HttpRequest {
  const value = found[0]?.id === null ? flatPatch(found, wanted) : listPatch(found, wanted)
  return axe('/api/system', { method: 'PATCH', writes: true, body: { type: 'json', value } })
}

function flatPatch(found: readonly AxePool[], wanted: readonly PoolSetting[]): Row {
  const prefixes = ['stratum', 'fallbackStratum']
  return Object.assign({}, ...prefixes.map((prefix, slot) => poolFields(found[slot], { prefix, pool: wanted[slot] })))
}

/** The list is written whole, each row as it was read but for what differs: its masked password stands for "as it is". */
function listPatch(found: readonly AxePool[], wanted: readonly PoolSetting[]): Row {
  return {
    pools: found.map((own, slot) => ({ ...own.row, ...poolFields(own, { prefix: 'stratum', pool: wanted[slot] }) })),
  }
}

type Target = { readonly prefix: string; readonly pool: PoolSetting | undefined }

/** Nothing for a pool that stays. The address is written without scheme, the port apart. */
function poolFields(own: AxePool | undefined, { prefix, pool }: Target): Row {
  const url = pool?.url ?? ''
  const user = pool?.user ?? ''
  if (own?.url === url && (own.user === user || url === '')) return {}
  const [, scheme, host, port] = /^stratum\+(\w+):\/\/(.*):(\d+)$/.exec(url) ?? []
  const tls = own?.row[`${prefix}TLS`]
  return {
    [`${prefix}URL`]: host ?? '',
    ...(url === '' ? {} : { [`${prefix}Port`]: Number(port) }),
    [`${prefix}User`]: user,
    [`${prefix}Password`]: 'x',
    ...(tls === undefined || url === '' ? {} : { [`${prefix}TLS`]: tlsLike(tls, scheme !== 'tcp') }),
  }
}

/** A flag in newer firmware, a number in older. */
function tlsLike(before: unknown, on: boolean): boolean | number {
  return typeof before === 'boolean' ? on : Number(on)
}

/** Settings of the machine that a pool change must leave alone. */
function changedSettings(before: Row, after: Row): readonly string[] {
  return settings.filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
}

const settings = [
  'hostname',
  'ssid',
  'frequency',
  'coreVoltage',
  'autofanspeed',
  'manualFanSpeed',
  'minFanSpeed',
  'temptarget',
  'rotation',
  'flipscreen',
  'invertscreen',
  'invertfanpolarity',
  'overheat_mode',
  'overclockEnabled',
  'displayTimeout',
  'statsFrequency',
  'stratumSuggestedDifficulty',
  'fallbackStratumSuggestedDifficulty',
  'stratumExtranonceSubscribe',
  'fallbackStratumExtranonceSubscribe',
]
