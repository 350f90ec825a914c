import { spawn, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

/** A folder that is gone when the test is. */
export function scratchFolder(): { readonly path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'headframe-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A port that was free a moment ago. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, host, resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}

export interface Program {
  readonly process: ChildProcess
  /** All that it printed so far, stdout and stderr. */
  said(): string
  /** Waits for a text in what it prints; fails with all that it said when it ends first. */
  until(pattern: RegExp): Promise<RegExpExecArray>
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>
  end(signal?: NodeJS.Signals): Promise<number | null>
  /** Ends it if it still runs: no test leaves a process behind, passed or failed. */
  [Symbol.asyncDispose](): Promise<void>
}

export interface ProgramSpec {
  readonly words: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  readonly command?: string
}

/** Runs a Node program of this checkout (or another command) and listens to it. */
export function run(spec: ProgramSpec): Program {
  const child = spawn(spec.command ?? process.execPath, [...spec.words], {
    cwd: spec.cwd ?? root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...spec.env },
  })
  let text = ''
  const listeners = new Set<() => void>()
  const hear = (chunk: Buffer) => {
    text += chunk.toString()
    for (const listener of listeners) listener()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const ended = new Promise<{ code: number | null; signal: string | null }>(resolve =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const end = async (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return (await ended).code
  }
  return {
    process: child,
    said: () => text,
    until: pattern => waitFor({ pattern, text: () => text, listeners, ended }),
    ended,
    end,
    [Symbol.asyncDispose]: async () => void (await end('SIGTERM')),
  }
}

interface Wait {
  readonly pattern: RegExp
  readonly text: () => string
  readonly listeners: Set<() => void>
  readonly ended: Promise<unknown>
}

function waitFor(wait: Wait): Promise<RegExpExecArray> {
  const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>()
  const look = () => {
    const found = wait.pattern.exec(wait.text())
    if (found) resolve(found)
  }
  wait.listeners.add(look)
  look()
  void wait.ended.then(() => reject(new Error(`ended without saying ${wait.pattern}:\n${wait.text()}`)))
  return promise.finally(() => wait.listeners.delete(look))
}

export interface RecordedProcess {
  readonly name: string
  readonly pid: number
}

/** The processes that a box wrote down in its data folder. */
export function recordedProcesses(dataDir: string): RecordedProcess[] {
  return JSON.parse(readFileSync(join(dataDir, 'run/processes.json'), 'utf8')).children
}

/** Kills a box that nobody above it can end any more, from what it wrote down. */
export function killRecorded(dataDir: string): void {
  const { supervisor, children } = JSON.parse(readFileSync(join(dataDir, 'run/processes.json'), 'utf8'))
  for (const { pid } of [supervisor, ...children]) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
}

export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
  } catch {
    return false
  }
}
