import type { LiveTable } from '@headframe/protocol'
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { pino } from 'pino'
import { readConfig } from '../../../apps/site-relay/src/config/index.ts'
import { createCore, type Core, type CoreDeps } from '../../../apps/site-relay/src/core/core.ts'
import { runCore, saveTables } from '../../../apps/site-relay/src/core/run.ts'
import { storesIn, type Stores } from '../../../apps/site-relay/src/core/stores.ts'
import { createMemoryFiles } from '../../../apps/site-relay/src/history/memory-files.ts'
import type { Edges } from '../../../apps/site-relay/src/core/edges.ts'
import type { World } from '../../../apps/site-relay/src/core/world.ts'
import { createVault } from '../../../apps/site-relay/src/keys/vault.ts'
import { dialWith } from '../../../apps/site-relay/src/link/dial.ts'
import type { OpenWire } from '../../../apps/site-relay/src/link/wire.ts'
import type { EnrolledControl } from '../../../apps/site-relay/src/store/controls.ts'
import { prepareStore } from '../../../apps/site-relay/src/store/open.ts'
import type { Policy } from '../../../apps/site-relay/src/command/policy.ts'
import type { Chance } from '../world/chance.ts'
import { Disk, PowerCut, type DiskFaults } from '../world/disk.ts'
import type { Owner, Timeline } from '../world/timeline.ts'
import type { Life, Park } from './miners.ts'

/** One machine that runs a relay, through all its lives. */
export interface Box {
  readonly name: string
  readonly core: () => Core | null
  readonly stores: () => Stores | null
  /** Power comes back. */
  readonly start: () => void
  /** Everything in memory is gone, and what was not committed. It starts again after a while, from `image` if given. */
  readonly crash: (downMs: number, image?: Uint8Array) => void
  /** An orderly end, and a start after a while. */
  readonly restart: (downMs: number) => void
  readonly image: () => Uint8Array
  readonly setPolicy: (policy: Policy) => void
  /** Its wall clock changed by this much. */
  readonly jump: (ms: number) => void
  readonly now: () => number
  /** True time of when it came up, null while it is down. */
  readonly upSince: () => number | null
}

export interface BoxDeps {
  readonly name: string
  readonly timeline: Timeline
  readonly chance: Chance
  readonly park: Park
  readonly controls: readonly EnrolledControl[]
  readonly policy: Policy
  readonly pollEveryMs: number
  readonly wallAt: (ms: number) => number
  readonly faults: DiskFaults
  /** Dials from this box, as long as this life lasts. */
  readonly openWire: (life: Owner & Life) => OpenWire
  /** Frames were made of these tables. */
  readonly framed: (
    frames: Uint8Array,
    tables: readonly { readonly cohort: number; readonly table: LiveTable }[],
  ) => void
  readonly started: (stores: Stores) => void
  readonly crashed: (restored: boolean) => void
  readonly trace: (text: string) => void
  readonly threw: (error: unknown) => void
}

/** An Ed25519 key for every simulation (PKCS 8, RFC 8410): keys are no part of what is tried. */
const key = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${'42'.repeat(32)}`, 'hex'),
  format: 'der',
  type: 'pkcs8',
})
export const boxKey = {
  publicKey: Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url').toString('base64'),
  instance: 'box-1',
}

const log = pino({ level: 'silent' })
/** There is no capture process: questions to it fail, as they do while it is away. */
const away = () => Promise.reject(new Error('away'))
const capture = {
  sessions: away,
  session: away,
  messages: away,
  message: away,
  health: away,
  tail: () => ({ [Symbol.dispose]: () => {} }),
}

interface Running extends Life, Owner {
  readonly core: Core
  readonly disk: Disk
  readonly deps: CoreDeps
  readonly end: AbortController
  readonly since: number
  readonly die: () => void
}

export function createBox(deps: BoxDeps): Box {
  const { timeline, chance } = deps
  let image: Uint8Array | null = null
  const historyFiles = new Map<string, Uint8Array>()
  let running: Running | null = null
  let policy = deps.policy
  let offset = 0
  let generation = 0
  const config = configOf(deps.pollEveryMs)
  const now = () => Math.floor(deps.wallAt(timeline.now()) + offset)
  const always: Owner = { alive: () => true, failed: deps.threw }

  function start(): void {
    if (running) return
    let alive = true
    const since = timeline.now()
    const life: Owner = { alive: () => alive, failed: fell }
    const world = worldOf({ timeline, chance: chance.of(`life ${(generation += 1)}`), now, since }, life)
    const talk: Life = { world, box: deps.name, talking: new Set() }
    const disk = new Disk(image, deps.faults)
    const die = () => {
      alive = false
      image = disk.cutPower()
      running = null
    }
    try {
      const { coreDeps, end } = join(disk, { ...life, ...talk })
      deps.started(coreDeps.stores)
      const core = createCore(coreDeps)
      running = { ...life, ...talk, core, deps: coreDeps, disk, end, since, die }
      runCore(core, coreDeps)
    } catch (error) {
      die()
      const ms = fallen(error)
      deps.crashed(false)
      timeline.after(ms, start, always)
    }
  }

  function join(disk: Disk, life: Owner & Life): { coreDeps: CoreDeps; end: AbortController } {
    prepareStore(disk, deps.name)
    const vault = createVault(new Uint8Array(32))
    const stores = storesIn(disk, vault)
    if (stores.controls.all().length === 0) deps.controls.forEach(stores.controls.save)
    const end = new AbortController()
    const edges: Edges = {
      ...deps.park.edges(life),
      dial: dialWith({ openWire: deps.openWire(life), clock: life.world }),
      deflate: bytes => {
        deps.framed(bytes, running?.core.fleet.tables.cohorts() ?? [])
        return deflateRawSync(bytes)
      },
      readPolicy: () => ({ kind: 'policy', policy }),
      history: createMemoryFiles(historyFiles),
      isClockSynchronised: () => false,
    }
    const keys = { ...boxKey, sign: (message: Uint8Array) => sign(null, message, key).toString('base64'), vault }
    return { coreDeps: { config, keys, stores, capture, world: life.world, edges, log, signal: end.signal }, end }
  }

  /** What nobody handles ends the process; the supervisor starts it again. */
  function fell(error: unknown): void {
    if (running) crash(fallen(error))
  }

  function fallen(error: unknown): number {
    if (!(error instanceof PowerCut) && !isDiskError(error)) deps.threw(error)
    deps.trace(`${deps.name} fell`)
    return 1000
  }

  function crash(downMs: number, older?: Uint8Array): void {
    running?.die()
    if (older) image = older
    deps.crashed(older !== undefined)
    timeline.after(downMs, start, always)
  }

  return {
    name: deps.name,
    core: () => running?.core ?? null,
    stores: () => running?.deps.stores ?? null,
    start,
    crash,
    restart: downMs => {
      if (!running) return
      const { core, deps: coreDeps, end } = running
      try {
        end.abort()
        core.changes.flush()
        saveTables(core, coreDeps)
        core.acknowledgements.flush()
        crash(downMs)
      } catch (error) {
        fell(error)
      }
    },
    image: () => running?.disk.serialize() ?? image ?? new Uint8Array(),
    setPolicy: changed => {
      policy = changed
    },
    jump: ms => {
      offset += ms
    },
    now,
    upSince: () => running?.since ?? null,
  }
}

const isDiskError = (error: unknown) => error instanceof Error && ('errcode' in error || error.name === 'StoreError')

interface Clocks {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly now: () => number
  readonly since: number
}

/** Clock, chance and timers of one life. When it is over nothing comes back from them. */
function worldOf({ timeline, chance, now, since }: Clocks, life: Owner): World {
  const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = () => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', end)
    timeline.after(ms, end, life)
    return promise
  }
  return {
    now,
    monotonic: () => timeline.now() - since,
    random: chance.real,
    randomBytes: chance.fill,
    every: (ms, run, signal) => {
      const again = () => {
        if (signal.aborted) return
        timeline.after(ms, again, life)
        run()
      }
      timeline.after(ms, again, life)
    },
    sleep,
  }
}

const configOf = (pollEveryMs: number) =>
  readConfig(
    {
      path: 'relay.json',
      text: JSON.stringify({
        ranges: [{ name: 'hall', addresses: '10.0.0.1-10.0.0.12' }],
        pollEveryMs,
        scanEveryMs: 60_000,
      }),
    },
    {},
  )
