import { z } from 'zod'
import { askCgminer, askHttp, optional } from '../ask.ts'
import type { Answers, Dialogue, Identity } from '../driver.ts'
import { endsAll, MinerError } from '../miner-error.ts'
import { row, rowsOrRow, type Row } from '../reading/rows.ts'
import { mac, text } from '../reading/text.ts'
import { cgi } from './requests.ts'

/** Stock firmware says `Antminer` as its type, or guards its pages with this realm. So do others: they come first. */
export function recognises(answers: Answers): boolean {
  const realm = answers.root?.status === 401 ? (answers.root.headers['www-authenticate'] ?? '') : ''
  const told = [answers.version, answers.stats].some(reply => reply?.toUpperCase().includes('ANTMINER'))
  return told || realm.includes('realm="antMiner')
}

export function* askIdentity(): Dialogue<Identity> {
  const { system } = yield* askSystem()
  const type = system['minertype'] === undefined ? yield* optional(askHttp(cgi('miner_type'), row)) : null
  const version = needsVersion(system, type) ? yield* optional(askVersion()) : null
  return identityFrom(system, type ?? {}, version ?? {})
}

export type Login = { readonly system: Row; readonly accepted: boolean }

/** The system page, empty where it is not to be had; and whether our password is taken. */
export function* askSystem(): Dialogue<Login> {
  try {
    return { system: yield* askHttp(cgi('get_system_info'), row), accepted: true }
  } catch (error) {
    if (!(error instanceof MinerError) || endsAll(error)) throw error
    return { system: {}, accepted: error.code !== 'unauthorized' }
  }
}

const versionReply = z.object({ VERSION: rowsOrRow })

function* askVersion(): Dialogue<Row> {
  const reply = yield* askCgminer('version', versionReply)
  return reply.VERSION[0] ?? {}
}

function needsVersion(system: Row, type: Row | null): boolean {
  return system['minertype'] === undefined && type?.['miner_type'] === undefined
}

/** The rest are rows that hold the type and the build time: of `version`, of `stats`, of `INFO`. */
export function identityFrom(system: Row, ...rest: readonly Row[]): Identity {
  const first = (...names: readonly string[]) => firstText(rest, names)
  return {
    make: 'Antminer',
    model: modelName(text(system['minertype']) ?? first('miner_type', 'Type', 'type')),
    firmwareVersion: text(system['system_filesystem_version']) ?? first('fw_version', 'CompileTime'),
    mac: mac(system['macaddr']),
    serial: text(system['serinum']) ?? text(system['serial_no']),
    hostname: text(system['hostname']),
  }
}

function firstText(found: readonly Row[], names: readonly string[]): string | null {
  const values = found.flatMap(one => names.map(name => text(one[name])))
  return values.find(value => value !== null) ?? null
}

/** `Antminer S19 Pro (126)` is an S19 Pro. */
function modelName(name: string | null): string | null {
  return text(name?.replace(/ \(.*$/, '').replace(/^(?:Bitmain\s+)?Antminer\s+/i, ''))
}
