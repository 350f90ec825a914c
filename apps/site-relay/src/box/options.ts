import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { BoxError } from './box-error.ts'

const port = z.coerce.number().int().min(1).max(65_535)

/** What `headframe start` takes. `headframe relay` takes `data` and `keys` of these. */
const options = z
  .object({
    port: port.default(8787).describe('Where the dashboard is served'),
    host: z.string().min(1).default('127.0.0.1').describe('The address it listens on'),
    data: z.string().min(1).default('./data').describe('Everything that this box knows'),
    keys: z.string().min(1).optional().describe('Keys; kept out of the data folder and its backups'),
    demo: z.coerce.number().int().min(1).max(5000).optional().describe('Adds so many simulated miners'),
    'stratum-port': port.default(3333).describe('Where the proxy of the demo takes miners'),
    'tls-cert': z.string().optional().describe('PEM file; with --tls-key'),
    'tls-key': z.string().optional(),
  })
  .strict()

export interface BoxOptions {
  readonly port: number
  readonly host: string
  readonly dataDir: string
  readonly keysDir: string
  readonly demo: number | undefined
  readonly stratumPort: number
  readonly tls: { readonly cert: string; readonly key: string } | undefined
}

/** Reads the command line. A bad value is named, each on a line of its own. */
export function readOptions(words: readonly string[]): BoxOptions {
  const checked = options.safeParse(readWords(words))
  if (!checked.success)
    throw new BoxError(checked.error.issues.map(issue => `--${issue.path.join('.')}: ${issue.message}`).join('\n'))
  const given = checked.data
  const dataDir = resolve(given.data)
  return {
    port: given.port,
    host: given.host,
    dataDir,
    keysDir: resolve(given.keys ?? `${dataDir}.keys`),
    demo: given.demo,
    stratumPort: given['stratum-port'],
    tls: readTls(given['tls-cert'], given['tls-key']),
  }
}

function readWords(words: readonly string[]) {
  const known = Object.keys(options.shape)
  try {
    const text = Object.fromEntries(known.map(name => [name, { type: 'string' as const }]))
    return parseArgs({ args: [...words], options: text, strict: true }).values
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('.')[0] : String(error)
    throw new BoxError(`${reason}. Known options: ${known.map(name => `--${name}`).join(' ')}`)
  }
}

function readTls(cert: string | undefined, key: string | undefined) {
  if (cert === undefined && key === undefined) return undefined
  if (cert === undefined || key === undefined)
    throw new BoxError('--tls-cert and --tls-key go together: give both or neither')
  return { cert: resolve(cert), key: resolve(key) }
}
