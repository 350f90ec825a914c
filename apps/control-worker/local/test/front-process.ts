import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const ready = z.object({
  ready: z.literal(true),
  url: z.string(),
  relayUrl: z.string(),
  setUp: z.boolean(),
  workerd: z.number(),
})
export type Ready = z.infer<typeof ready>

export const fixture = (name: string) => join(import.meta.dirname, name)

/** A folder of its own for a test, gone afterwards. */
export class Scratch {
  readonly path = mkdtempSync(join(tmpdir(), 'headframe-front-'))
  readonly data = join(this.path, 'data')
  readonly assets = join(this.path, 'assets')

  constructor() {
    mkdirSync(this.assets)
    writeFileSync(join(this.assets, 'index.html'), '<!doctype html><title>page</title>')
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true })
  }
}

/** A front with the echo worker, as a process. */
export class Front {
  readonly process: ChildProcess
  readonly exited: Promise<number | null>
  readonly #said: string[] = []

  constructor(scratch: Scratch, words: readonly string[] = []) {
    const front = join(import.meta.dirname, '../front.ts')
    const common = ['--data', scratch.data, '--assets', scratch.assets, '--worker', fixture('echo-worker.js')]
    const codes = { HEADFRAME_SETUP_CODE: 'setup-code', HEADFRAME_LOCAL_CODE: 'local-code' }
    this.process = spawn(process.execPath, [front, ...common, '--port', '0', ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...codes },
    })
    this.process.stderr?.on('data', chunk => this.#said.push(String(chunk)))
    this.exited = once(this.process, 'close').then(() => this.process.exitCode)
  }

  async ready(): Promise<Ready> {
    const { stdout } = this.process
    if (stdout === null) throw new Error('no stdout')
    for await (const line of createInterface({ input: stdout })) return ready.parse(JSON.parse(line))
    throw new Error(this.said())
  }

  /** What it says when it does not start. */
  async refusal(): Promise<string> {
    const started = this.ready().then(
      () => true,
      () => false,
    )
    if (await started) {
      await this[Symbol.asyncDispose]()
      throw new Error('it started')
    }
    if ((await this.exited) !== 1) throw new Error('it ended without a code')
    return this.said()
  }

  said(): string {
    return this.#said.join('')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill('SIGTERM')
    await this.exited
  }
}

/** A process that ended counts as gone even where nobody collects it (proc(5)). */
export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
