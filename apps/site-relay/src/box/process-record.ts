import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { BoxError } from './box-error.ts'

const recordedProcess = z.object({ name: z.string(), pid: z.number().int().min(2), startTime: z.string() })
export type RecordedProcess = z.infer<typeof recordedProcess>
const record = z.object({ supervisor: recordedProcess, children: z.array(recordedProcess) })

/** How long an orphan gets between SIGTERM and SIGKILL. */
const graceMs = 2000
/** How long a start that was told to end may take. */
const endingMs = 4000

/** Names a process for good: pids are used again, but not with the same start time. `undefined` when it is gone. */
export function identifyProcess(name: string, pid: number): RecordedProcess | undefined {
  const startTime = startTimeOf(pid)
  return startTime === undefined ? undefined : { name, pid, startTime }
}

/** Field 22 of /proc/<pid>/stat with the boot id (proc(5)); a zombie counts as gone. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19] ?? ''}`
  } catch {
    return undefined
  }
}

const isAlive = (one: RecordedProcess) => startTimeOf(one.pid) === one.startTime

/** Writes down who is running, in one step, so that a later start can end them if we are killed. */
export function writeRecord(path: string, children: readonly RecordedProcess[]): void {
  const supervisor = identifyProcess('supervisor', process.pid)
  writeFileSync(`${path}.new`, JSON.stringify({ supervisor, children }), { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

/** Ends what a killed start left behind; refuses when a start on this folder is still alive. */
export async function endOrphans(path: string): Promise<number> {
  const left = readRecord(path)
  if (left === undefined) return 0
  if (left.supervisor.pid !== process.pid && (await stays(left.supervisor))) {
    throw new BoxError(
      `already running on this data folder (process ${left.supervisor.pid}). End it first, or choose another folder with --data`,
    )
  }
  const orphans = left.children.filter(isAlive)
  for (const one of orphans) signal(one, 'SIGTERM')
  for (let waitedMs = 0; waitedMs < graceMs && orphans.some(isAlive); waitedMs += 50) await sleep(50)
  for (const one of orphans.filter(isAlive)) signal(one, 'SIGKILL')
  while (orphans.some(isAlive)) await sleep(20)
  return orphans.length
}

/** One that is just ending is given its time. */
async function stays(one: RecordedProcess): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < endingMs && isAlive(one); waitedMs += 50) await sleep(50)
  return isAlive(one)
}

/** A record that cannot be read is of no use, and is written anew; what it named then shows as a taken port. */
function readRecord(path: string): z.infer<typeof record> | undefined {
  if (!existsSync(path)) return undefined
  try {
    return record.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data
  } catch {
    return undefined
  }
}

function signal(one: RecordedProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(one.pid, name)
  } catch {
    // It ended in between.
  }
}
