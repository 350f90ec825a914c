import { cpus, loadavg, release, totalmem } from 'node:os'

/** What a figure has to be read with. Call it before the bench makes load of its own. */
export function machineFacts() {
  const [oneMinute, fiveMinutes] = loadavg().map(load => Math.round(load * 100) / 100)
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.version,
    loadBefore: { oneMinute, fiveMinutes },
  }
}
