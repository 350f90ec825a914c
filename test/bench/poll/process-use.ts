import { readFileSync } from 'node:fs'

/** What a process has used so far (proc(5)). */
export interface ProcessUse {
  /** Processor time, user and system, of all its threads. */
  readonly cpuMs: number
  readonly rssMb: number
  readonly peakRssMb: number
}

/** Linux counts processor time for programs in hundredths of a second (USER_HZ), whatever its own clock does. */
const tickMs = 10

export function useOf(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold spaces; user and system time are fields 14 and 15, the state is field 3.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const mb = (name: string) => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024)
  return { cpuMs: (Number(fields[11]) + Number(fields[12])) * tickMs, rssMb: mb('VmRSS'), peakRssMb: mb('VmHWM') }
}
