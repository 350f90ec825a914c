import { readFileSync } from 'node:fs'

/** What a process holds in memory, as the kernel counts it (proc(5), VmRSS). */
export function rssMb(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
