import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Whether the proxy that last ran on this data folder still does. This process takes its place in the record. */
export function predecessorRuns(dataDir: string): boolean {
  const dir = join(resolve(dataDir), 'run')
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = join(dir, 'proxy.pid')
  const pid = readPid(path)
  writeFileSync(path, `${process.pid}\n`, { mode: 0o600 })
  return pid !== null && pid !== process.pid && isProxy(pid)
}

function readPid(path: string): number | null {
  const text = readText(path)?.trim() ?? ''
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** Pids are used again: the command line tells. */
function isProxy(pid: number): boolean {
  return readText(`/proc/${pid}/cmdline`)?.includes('proxy-process') ?? false
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
