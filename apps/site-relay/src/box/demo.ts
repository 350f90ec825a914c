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
  range: z.string(),
  ports: z.record(z.string(), z.number()),
})

/** A newcomer wants to see things move. */
const demoPollEveryMs = 10_000

export interface Demo {
  readonly configPath: string
  /** Starts the simulated site and pool, and adds what they told to the configuration. */
  start(supervisor: Supervisor): Promise<void>
}

/**
 * Chooses where the demo lives and writes a configuration that adds it to the relay's own.
 * The proxy can start from that; the miners come after it, so that they find it there.
 */
export async function planDemo(options: BoxOptions, folder: DataFolder): Promise<Demo> {
  const { first, poolPort } = await freePlace()
  const own = readOwn(join(folder.relay, 'relay.json'))
  const configPath = join(folder.run, 'demo.json')
  const listen = `127.0.0.1:${options.stratumPort}`
  const proxy = [...own.proxy, { listen, pool: `stratum+tcp://127.0.0.1:${poolPort}` }]
  const config = { ...own, demo: true, pollEveryMs: demoPollEveryMs, proxy }
  const write = (value: object) => writeFileSync(configPath, JSON.stringify(value, null, 2), { mode: 0o600 })
  const place = ['--first-address', first, '--pool-port', String(poolPort)]
  write(config)
  return {
    configPath,
    async start(supervisor) {
      const site = siteReady.parse(await supervisor.start(simulator(String(options.demo), listen, place)))
      write({ ...config, ranges: [...own.ranges, { name: 'demo', addresses: site.range, ports: site.ports }] })
    },
  }
}

/** Ports of the simulated miners, above those that need root. */
const ports = { http: 18_080, cgminer: 14_028, whatsminer: 14_433 }

const portWords = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)])

function simulator(miners: string, proxy: string, place: readonly string[]) {
  return {
    name: 'simulator',
    script: join(root, 'packages/simulator/src/main.ts'),
    words: ['--miners', miners, '--demo-faults', '--stratum-url', `stratum+tcp://${proxy}`, ...place, ...portWords],
  }
}

/** Where no other demo of this machine is: 127.20.0.1 and on, or the next network that is free. */
async function freePlace(): Promise<{ first: string; poolPort: number }> {
  for (let step = 0; step < 20; step += 1) {
    const first = `127.${20 + step}.0.1`
    const poolPort = 13_333 + step
    const checks = [isFree('127.0.0.1', poolPort), ...Object.values(ports).map(port => isFree(first, port))]
    if ((await Promise.all(checks)).every(Boolean)) return { first, poolPort }
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
