import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type V4MiniflareOptions } from 'miniflare'
import { workerName } from './data-folder.ts'
import { FrontError, reasonOf } from './front-error.ts'
import type { FrontOptions } from './options.ts'
import { ownWorkerds } from './workerds.ts'

export interface Runtime {
  /** On loopback. */
  readonly port: number
  /** Pid of workerd. */
  readonly pid: number
  /** Ends workerd: gently at first. */
  stop(): Promise<void>
}

/** As in wrangler.toml. */
const compatibilityDate = '2026-10-01'
const compatibilityFlags = ['nodejs_compat']

/** Runs the built worker under miniflare, on loopback, with its data in the data folder. */
export async function startRuntime(options: FrontOptions, onCrash: () => void): Promise<Runtime> {
  const miniflare = new Miniflare({
    ...convertV4MiniflareOptions(miniflareOptions(options, onCrash)),
    resourcePersistencePath: options.data,
  })
  try {
    const url = await miniflare.ready
    const [pid] = ownWorkerds()
    if (pid === undefined) throw new FrontError('workerd did not start')
    return { port: Number(url.port), pid, stop: () => stop(miniflare) }
  } catch (error) {
    await stop(miniflare)
    throw new FrontError(`the worker could not start: ${reasonOf(error)}`)
  }
}

function miniflareOptions(options: FrontOptions, onCrash: () => void): V4MiniflareOptions {
  const script = scriptOf(options.worker)
  const actor = (className: string) => ({ className, useSQLite: true })
  return {
    host: '127.0.0.1',
    port: 0,
    cf: false,
    log: new StderrLog(LogLevel.WARN),
    handleStructuredLogs: ({ level, message }) => void process.stderr.write(`${level} ${message}\n`),
    unsafeHandleRuntimeRestart: onCrash,
    telemetry: { enabled: false },
    workers: [
      {
        name: workerName,
        modules: [{ type: 'ESModule', path: 'index.js', contents: script }],
        compatibilityDate,
        compatibilityFlags,
        durableObjects: { DIRECTORY: actor('Directory'), ORG: actor('OrgActor'), SITE: actor('SiteActor') },
        bindings: bindingsOf(options),
        assets: {
          directory: options.assets,
          binding: 'ASSETS',
          routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
          assetConfig: { not_found_handling: 'single-page-application' },
        },
      },
    ],
  }
}

function bindingsOf(options: FrontOptions): Record<string, string> {
  const { HEADFRAME_SETUP_CODE: setupCode, HEADFRAME_LOCAL_CODE: localCode } = options
  return {
    LOCAL: 'yes',
    TLS: options['tls-cert'] === undefined ? 'no' : 'yes',
    DEMO: options.demo ? 'yes' : 'no',
    ...(setupCode === undefined ? {} : { SETUP_CODE: setupCode }),
    ...(localCode === undefined ? {} : { LOCAL_CODE: localCode }),
  }
}

function scriptOf(worker: string): string {
  const file = existsSync(worker) && statSync(worker).isDirectory() ? join(worker, 'index.js') : worker
  if (!existsSync(file))
    throw new FrontError(`there is no worker at ${file}. Build it: npm run build -w apps/control-worker`)
  return readFileSync(file, 'utf8')
}

/** Stdout belongs to the ready line. */
class StderrLog extends Log {
  override log(message: string): void {
    process.stderr.write(`${message}\n`)
  }
}

/** workerd drains on SIGTERM for as long as a socket is open; killing it loses nothing that was acknowledged. */
const graceMs = 1500

async function stop(miniflare: Miniflare): Promise<void> {
  const late = setTimeout(killWorkerds, graceMs)
  try {
    await miniflare.dispose()
  } catch (error) {
    process.stderr.write(`ending the runtime: ${reasonOf(error)}\n`)
  } finally {
    clearTimeout(late)
    killWorkerds()
  }
}

function killWorkerds(): void {
  for (const pid of ownWorkerds()) process.kill(pid, 'SIGKILL')
}
