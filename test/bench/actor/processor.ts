import { readFileSync } from 'node:fs'

/** Linux counts in hundredths of a second (USER_HZ, proc(5)). */
const tickMs = 10

/** Processor time of a process so far, in ms: other work on the machine hardly changes it. */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // utime and stime are the 14th and 15th field; the 2nd, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}
