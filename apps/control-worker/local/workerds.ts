import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { FrontError } from './front-error.ts'

/** Of /proc/<pid>/stat (proc(5)). */
interface Stat {
  readonly pid: number
  readonly name: string
  readonly parent: number
}

/** Pids of processes named workerd that we started. */
export const ownWorkerds = (): number[] =>
  workerds()
    .filter(({ parent }) => parent === process.pid)
    .map(({ pid }) => pid)

/**
 * Ends a workerd that nobody knows of: a front that is killed while it starts leaves one. Two that write to one folder
 * would damage it. They are known by the files that they have open.
 * @throws FrontError when the workerd of another front uses the folder
 */
export async function endStrays(data: string): Promise<void> {
  const folder = `${realpathSync(data)}/`
  for (const { pid, parent } of workerds().filter(stat => hasOpen(stat.pid, folder))) {
    if (statOf(parent)?.name === statOf(process.pid)?.name)
      throw new FrontError(`another control (process ${parent}) uses ${data}. End it first`)
    process.stderr.write(`headframe: ending workerd ${pid}, which a control that was killed left behind\n`)
    await end(pid)
  }
}

const workerds = (): Stat[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(name => statOf(Number(name)) ?? [])
    .filter(({ name }) => name === 'workerd')

/** `null` for one that has ended, also while nobody has asked how. */
function statOf(pid: number): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z') return null
    return { pid, name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), parent: Number(parent) }
  } catch {
    return null
  }
}

function hasOpen(pid: number, folder: string): boolean {
  const root = `/proc/${pid}/fd`
  return ifThere(() => readdirSync(root), []).some(name =>
    ifThere(() => readlinkSync(`${root}/${name}`), '').startsWith(folder),
  )
}

/** What it opened may be closed, and it may have ended, while we look; or it is another person's. */
function ifThere<T>(look: () => T, otherwise: T): T {
  try {
    return look()
  } catch {
    return otherwise
  }
}

/** A killed process is gone at once, unless its disk hangs. */
const goneWithinMs = 5000
const lookEveryMs = 20

async function end(pid: number): Promise<void> {
  ifThere(() => process.kill(pid, 'SIGKILL'), false)
  for (let waited = 0; statOf(pid) !== null; waited += lookEveryMs) {
    if (waited >= goneWithinMs) throw new FrontError(`workerd ${pid} cannot be ended. Does its disk hang?`)
    await sleep(lookEveryMs)
  }
}
