import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { join } from 'node:path'
import { startCapture } from './capture/capture.ts'
import { systemClock } from './capture/clock.ts'
import { createLog, readPlace, runProcess } from './capture/process-edge.ts'
import { captureSockets } from './capture/socket-path.ts'

/** On a busy box the proxy goes first [P2]. Linux weighs sessions before processes (sched(7), autogroup). */
const niceness = 10

await runProcess(async () => {
  giveWay()
  const { dataDir, config } = readPlace(process.argv.slice(2), process.env)
  const log = createLog('capture', config.logLevel)
  const { maxBytes } = config.capture
  const sockets = captureSockets(dataDir)
  const capture = await startCapture({ dir: join(dataDir, 'capture'), maxBytes, sockets }, { clock: systemClock, log })
  log.info({ maxBytes }, 'capturing')
  return { told: {}, stop: async () => capture.stop() }
})

function giveWay(): void {
  setPriority(niceness)
  try {
    writeFileSync('/proc/self/autogroup', String(niceness))
  } catch {
    // The kernel has no autogroups.
  }
}
