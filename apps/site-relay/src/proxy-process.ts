import { randomBytes } from 'node:crypto'
import { systemClock } from './capture/clock.ts'
import { createLog, readPlace, runProcess } from './capture/process-edge.ts'
import { captureSockets } from './capture/socket-path.ts'
import { dialsItself, readRoute, type Route } from './proxy/address.ts'
import { createCaptureLink } from './proxy/capture-link.ts'
import { predecessorRuns } from './proxy/predecessor.ts'
import { startProxy } from './proxy/proxy.ts'
import type { ProxyConfig } from './config/index.ts'

/** Copies that wait while the capture process is away or slow: about a minute of 2,000 miners. */
const copyLimitBytes = 8 * 1024 * 1024
const dialTimeoutMs = 5000
const graceMs = 30_000

await runProcess(async () => {
  const { dataDir, config } = readPlace(process.argv.slice(2), process.env)
  const log = createLog('proxy', config.logLevel)
  const routes = config.proxy.map(routeOf)
  const loop = routes.find(route => dialsItself(route, routes))
  if (loop !== undefined) throw new Error(`proxy: the pool ${loop.pool.url} is this proxy itself; name the real one`)
  const takesOver = predecessorRuns(dataDir)
  const captures = createCaptureLink({
    path: captureSockets(dataDir).copies,
    proxy: randomBytes(16).toString('hex'),
    limitBytes: copyLimitBytes,
  })
  const proxy = await startProxy(routes, {
    clock: systemClock,
    random: bytes => crypto.getRandomValues(bytes),
    captures,
    log,
    dialTimeoutMs,
    graceMs,
    takesOver,
  })
  log.info({ listening: proxy.listening }, 'listening')
  return {
    told: { listening: proxy.listening },
    async stop() {
      await proxy.stop('proxy stopped')
      await captures.stop(500)
    },
  }
})

function routeOf(entry: ProxyConfig): Route {
  const route = readRoute(entry)
  if (route === null) throw new Error(`proxy: ${entry.listen} to ${entry.pool} is no route from an address to a pool`)
  return route
}
