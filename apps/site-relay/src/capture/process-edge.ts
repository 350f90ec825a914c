import { parseArgs } from 'node:util'
import { pino, type Logger } from 'pino'
import { loadConfig, type RelayConfig } from '../config/index.ts'

export interface ProcessPlace {
  readonly dataDir: string
  readonly config: RelayConfig
}

/** What the proxy and the capture process are started with: `--data <dir> --config <file>`. */
export function readPlace(words: readonly string[], env: NodeJS.ProcessEnv): ProcessPlace {
  const options = { data: { type: 'string' }, config: { type: 'string' }, keys: { type: 'string' } } as const
  const { values } = parseArgs({ args: [...words], options })
  if (values.data === undefined || values.config === undefined) throw new Error('needs --data <dir> --config <file>')
  return { dataDir: values.data, config: loadConfig(values.config, env) }
}

/** Logs to stderr without ever waiting for whoever reads it; what cannot be written is dropped. */
export function createLog(name: string, level: string): Logger {
  return pino({ name, level }, pino.destination({ fd: 2, sync: false, maxLength: 1_048_576 }))
}

/** Runs a process: its one line for whoever started it, an orderly end on SIGTERM, one clear line when it cannot start. */
export async function runProcess(start: () => Promise<RunningProcess>): Promise<void> {
  try {
    const running = await start()
    process.stdout.on('error', () => undefined)
    process.stdout.write(`${JSON.stringify({ ready: true, ...running.told })}\n`)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => void running.stop().finally(() => process.exit(0)))
    }
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    for (const line of said.split('\n')) process.stderr.write(`headframe: ${line}\n`)
    process.exitCode = 1
    setTimeout(() => process.exit(), 100).unref()
  }
}

export interface RunningProcess {
  readonly told: Readonly<Record<string, unknown>>
  stop(): Promise<void>
}
