import { spawn, type ChildProcess } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { BoxError } from './box-error.ts'

export interface ChildSpec {
  readonly name: string
  /** A TypeScript file that Node runs as it is. */
  readonly script: string
  readonly words: readonly string[]
  /** Of Node itself. */
  readonly flags?: readonly string[]
  /** Secrets go here: a command line can be read by everyone on the machine. */
  readonly env?: Readonly<Record<string, string>>
}

/** A child's first line on stdout: JSON with `"ready": true` and whatever its starter wants to know. */
export type ReadyLine = Readonly<Record<string, unknown>>

export interface Child {
  readonly spec: ChildSpec
  readonly process: ChildProcess
  readonly ended: Promise<{ readonly how: string; readonly ranMs: number }>
  /** Pids of processes of its own, told in its ready line. */
  helpers: number[]
  readonly logPath: string
  /** Where its own lines begin in the log. */
  logFrom: number
}

const readyWithinMs = 60_000
const maxLogBytes = 10 * 1024 * 1024
const readySchema = z.record(z.string(), z.unknown())

/** Starts a child in a process group of its own, so that a Ctrl-C at the terminal reaches it through us alone. */
export function spawnChild(spec: ChildSpec, logDir: string): Child {
  const logPath = join(logDir, `${spec.name.replaceAll(' ', '-')}.log`)
  const log = openLog(logPath)
  const logFrom = statSync(logPath).size
  const startedAt = performance.now()
  const child = spawn(process.execPath, [...(spec.flags ?? []), spec.script, ...spec.words], {
    detached: true,
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, ...spec.env },
  })
  closeSync(log)
  const { promise: ended, resolve } = Promise.withResolvers<{ how: string; ranMs: number }>()
  const end = (how: string) => resolve({ how, ranMs: performance.now() - startedAt })
  child.once('exit', (code, signal) => end(signal ?? `code ${code}`))
  child.once('error', error => end(error.message))
  return { spec, process: child, ended, helpers: [], logPath, logFrom }
}

/** Waits for the ready line. Later lines on stdout are read and dropped, so that the child never blocks on them. */
export async function readyLine(child: Child): Promise<ReadyLine> {
  const stdout = child.process.stdout
  if (stdout === null) throw new Error('a child is started with a pipe')
  const { promise, resolve, reject } = Promise.withResolvers<ReadyLine>()
  const late = setTimeout(
    () =>
      reject(
        new BoxError(`${child.spec.name} was not ready within ${readyWithinMs / 1000} s. Its log: ${child.logPath}`),
      ),
    readyWithinMs,
  )
  createInterface({ input: stdout }).on('line', line => {
    const told = readySchema.safeParse(parseJson(line)).data
    if (told?.['ready'] === true) resolve(told)
  })
  void child.ended.then(() => reject(new BoxError(whyItFell(child))))
  return promise.finally(() => clearTimeout(late))
}

/** What a child left for a person when it ended: its lines that begin with `headframe: `. */
export function lastWords(child: Child): string[] {
  const said = existsSync(child.logPath) ? readFileSync(child.logPath).subarray(child.logFrom).toString() : ''
  const own = said.split('\n').filter(line => line.startsWith('headframe: '))
  return own.map(line => line.slice('headframe: '.length))
}

function whyItFell(child: Child): string {
  const own = lastWords(child)
  return own.length > 0 ? own.join('\n') : `${child.spec.name} could not start. Its log: ${child.logPath}`
}

/** A log that grew too long becomes the one before. It is emptied in place: its child goes on at its end (open(2), O_APPEND). */
export function turnLog(child: Child): void {
  try {
    if (statSync(child.logPath).size <= maxLogBytes) return
    keepBefore(child.logPath)
    truncateSync(child.logPath)
    child.logFrom = 0
  } catch {
    // Somebody moved the log away; the child writes on where it is now.
  }
}

function keepBefore(path: string): void {
  try {
    copyFileSync(path, `${path}.1`)
  } catch {
    // The disk is full, perhaps: then space matters more than the log before.
  }
}

function openLog(path: string): number {
  if (existsSync(path) && statSync(path).size > maxLogBytes) renameSync(path, `${path}.1`)
  return openSync(path, 'a', 0o600)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
