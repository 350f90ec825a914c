import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { root } from './build.ts'
import { BoxError } from './box-error.ts'
import type { DataFolder } from './data-folder.ts'
import type { BoxOptions } from './options.ts'
import { isFree } from './port.ts'
import type { Supervisor } from './supervise.ts'

/** What the simulator tells when its site answers. */
const siteReady = z.object({
  pool: z.string(),
  range: z.string(),
  ports: z.record(z.string(), z.number()),
})

/** A newcomer wants to see things move. */
const demoPollEveryMs = 10_000

/** Starts the simulated site and pool, and writes a configuration that adds them to the relay's own. Returns its path. */
export async function startDemo(options: BoxOptions, folder: DataFolder, supervisor: Supervisor): Promise<string> {
  const listen = `127.0.0.1:${options.stratumPort}`
  const ready = await supervisor.start({
    name: 'simulator',
    script: join(root, 'packages/simulator/src/main.ts'),
    words: [
      '--miners',
      String(options.demo),
      '--demo-faults',
      '--stratum-url',
      `stratum+tcp://${listen}`,
      ...(await place()),
    ],
  })
  const site = siteReady.parse(ready)
  const own = readOwn(join(folder.relay, 'relay.json'))
  const path = join(folder.run, 'demo.json')
  const merged = {
    ...own,
    demo: true,
    pollEveryMs: demoPollEveryMs,
    ranges: [...own.ranges, { name: 'demo', addresses: site.range, ports: site.ports }],
    proxy: [...own.proxy, { listen, pool: site.pool }],
  }
  writeFileSync(path, JSON.stringify(merged, null, 2), { mode: 0o600 })
  return path
}

/** Ports of the simulated miners and pool, above those that need root. */
const ports = { http: 18_080, cgminer: 14_028, whatsminer: 14_433, pool: 13_333 }

/** Where no other demo of this machine is: 127.20.0.1 and on, or the next network that is free. */
async function place(): Promise<string[]> {
  for (let step = 0; step < 20; step += 1) {
    const first = `127.${20 + step}.0.1`
    const pool = ports.pool + step
    const free = await Promise.all([
      isFree(first, ports.http),
      isFree(first, ports.cgminer),
      isFree(first, ports.whatsminer),
      isFree('127.0.0.1', pool),
    ])
    if (free.every(Boolean))
      return [
        '--first-address',
        first,
        '--pool-port',
        String(pool),
        '--http-port',
        String(ports.http),
        '--cgminer-port',
        String(ports.cgminer),
        '--whatsminer-port',
        String(ports.whatsminer),
      ]
  }
  throw new BoxError('no loopback network from 127.20.0.0 to 127.39.0.0 is free for the demo. End another demo first')
}

const ownConfig = z.looseObject({ ranges: z.array(z.unknown()).default([]), proxy: z.array(z.unknown()).default([]) })

function readOwn(path: string): z.infer<typeof ownConfig> {
  if (!existsSync(path)) return { ranges: [], proxy: [] }
  try {
    return ownConfig.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new BoxError(`${path} is not a configuration. Mend or remove it`)
  }
}
