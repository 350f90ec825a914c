import { join } from 'node:path'
import { freePort, recordedProcesses, root, run, type Program } from './processes.ts'

export interface Box {
  readonly url: string
  readonly port: number
  readonly stratumPort: number
  /** Given on the first start only. */
  readonly setupCode: string | undefined
  readonly program: Program
  readonly dataDir: string
  pid(name: string): number
  stop(): Promise<number | null>
  [Symbol.asyncDispose](): Promise<void>
}

export interface BoxSpec {
  readonly dataDir: string
  readonly demo?: number
  readonly port?: number
  readonly stratumPort?: number
  readonly words?: readonly string[]
}

/** Runs what `npm start` runs, on free ports, and waits until it greets. */
export async function startBox(spec: BoxSpec): Promise<Box> {
  const port = spec.port ?? (await freePort())
  const stratumPort = spec.stratumPort ?? (await freePort())
  const demo = spec.demo === undefined ? [] : ['--demo', String(spec.demo), '--stratum-port', String(stratumPort)]
  const program = run({
    words: [
      join(root, 'scripts/start.mjs'),
      '--port',
      String(port),
      '--data',
      spec.dataDir,
      ...demo,
      ...(spec.words ?? []),
    ],
  })
  await program.until(/Ctrl-C ends it/).catch(async (error: unknown) => {
    await program.end()
    throw error
  })
  const found = /Headframe is running[:.] (?:Open )?(https?:\/\/[^\s/]+)(?:\/setup#code=(\S+))?/.exec(program.said())
  return {
    url: found?.[1] ?? '',
    port,
    stratumPort,
    setupCode: found?.[2],
    program,
    dataDir: spec.dataDir,
    pid: name => recordedProcesses(spec.dataDir).find(one => one.name === name)?.pid ?? 0,
    stop: () => program.end('SIGINT'),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}
