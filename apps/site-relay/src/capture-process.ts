import { join } from 'node:path'
import { startCapture } from './capture/capture.ts'
import { systemClock } from './capture/clock.ts'
import { createLog, readPlace, runProcess } from './capture/process-edge.ts'
import { captureSockets } from './capture/socket-path.ts'

await runProcess(async () => {
  const { dataDir, config } = readPlace(process.argv.slice(2), process.env)
  const log = createLog('capture', config.logLevel)
  const { maxBytes } = config.capture
  const sockets = captureSockets(dataDir)
  const capture = await startCapture({ dir: join(dataDir, 'capture'), maxBytes, sockets }, { clock: systemClock, log })
  log.info({ maxBytes }, 'capturing')
  return { told: {}, stop: async () => capture.stop() }
})
