import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { relayConfig, type RelayConfig } from './schema.ts'

/** What is wrong with a configuration: one line for each field, saying what, where, and what to do. */
export class ConfigError extends Error {
  readonly lines: readonly string[]

  constructor(lines: readonly string[]) {
    super(lines.join('\n'))
    this.name = 'ConfigError'
    this.lines = lines
  }
}

/** The configuration in a file (absent: defaults) with the environment's `HEADFRAME_*` on top. */
export function loadConfig(path: string, env: NodeJS.ProcessEnv): RelayConfig {
  return readConfig({ path, text: readIfThere(path) }, env)
}

/** The same, of text already read. */
export function readConfig(
  file: { readonly path: string; readonly text: string | null },
  env: Readonly<Record<string, string | undefined>>,
): RelayConfig {
  const said = variables(env)
  const merged = { ...fromFile(file.path, file.text), ...said.values }
  const parsed = relayConfig.safeParse(merged)
  const lines = parsed.success ? [] : parsed.error.issues.flatMap(issue => issueLines(issue, said.names, file.path))
  if (parsed.success && said.unknown.length === 0) return parsed.data
  throw new ConfigError([...said.unknown, ...lines])
}

/** The variable that sets a field: `pollEveryMs` is `HEADFRAME_POLL_EVERY_MS`. */
const variableName = (field: string) => `HEADFRAME_${field.replace(/[A-Z]/g, '_$&').toUpperCase()}`

/** Variables of the local control, which may share our environment. */
const ofOthers: ReadonlySet<string> = new Set(['HEADFRAME_SETUP_CODE', 'HEADFRAME_LOCAL_CODE'])

interface Said {
  readonly values: Record<string, unknown>
  readonly names: ReadonlyMap<string, string>
  readonly unknown: readonly string[]
}

function variables(env: Readonly<Record<string, string | undefined>>): Said {
  const fields = new Map(Object.keys(relayConfig.shape).map(field => [variableName(field), field]))
  const values: Record<string, unknown> = {}
  const names = new Map<string, string>()
  const unknown: string[] = []
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith('HEADFRAME_') || text === undefined || ofOthers.has(name)) continue
    const field = fields.get(name)
    if (field === undefined) {
      unknown.push(`${name}: no such setting; known are ${[...fields.keys()].join(', ')}`)
      continue
    }
    values[field] = valueOf(text)
    names.set(field, name)
  }
  return { values, names, unknown }
}

/** Numbers, true, false, null and lists are written as in JSON; anything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function fromFile(path: string, text: string | null): Record<string, unknown> {
  if (text === null) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new ConfigError([
      `${path}: not JSON (${error instanceof Error ? error.message : 'unreadable'}); mend or remove it`,
    ])
  }
  const object = z.record(z.string(), z.unknown()).safeParse(value)
  if (!object.success) throw new ConfigError([`${path}: must hold one JSON object, such as { "pollEveryMs": 30000 }`])
  return object.data
}

function issueLines(issue: z.core.$ZodIssue, names: ReadonlyMap<string, string>, path: string): string[] {
  const field = issue.path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .slice(1)
  const top = String(issue.path[0] ?? '')
  const where = names.get(top) ?? path
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      key => `${where}: ${field ? `${field}.` : ''}${key}: no such setting; remove it or mend its name`,
    )
  }
  return [`${where}: ${field}: ${issue.message}${hint(top)}`]
}

function hint(field: string): string {
  const described = Object.entries(relayConfig.shape).find(([name]) => name === field)?.[1].description
  return described === undefined ? '' : ` (${described})`
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new ConfigError([
      `${path}: cannot be read (${error instanceof Error ? error.message : 'unknown'}); check its owner and mode`,
    ])
  }
}
