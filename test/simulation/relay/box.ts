import type { LiveTable } from '@headframe/protocol'
import { createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { createLog } from '../../../apps/site-relay/src/capture/process-edge.ts'
import { readConfig } from '../../../apps/site-relay/src/config/index.ts'
import type { Core, CoreDeps } from '../../../apps/site-relay/src/core/core.ts'
import { storesIn, type Stores } from '../../../apps/site-relay/src/core/stores.ts'
import type { Edges } from '../../../apps/site-relay/src/core/edges.ts'
import { HistoryError, type HistoryFiles } from '../../../apps/site-relay/src/history/files.ts'
import { createMemoryFiles } from '../../../apps/site-relay/src/history/memory-files.ts'
import { openBox, type Box as RelayBox } from '../../../apps/site-relay/src/lease/box.ts'
import type { LeaseReport } from '../../../apps/site-relay/src/lease/report.ts'
import type { PairDeps } from '../../../apps/site-relay/src/lease/pair.ts'
import { createVault } from '../../../apps/site-relay/src/keys/vault.ts'
import { dialWith } from '../../../apps/site-relay/src/link/dial.ts'
import type { Links } from '../../../apps/site-relay/src/link/links.ts'
import type { OpenWire } from '../../../apps/site-relay/src/link/wire.ts'
import type { EnrolledControl } from '../../../apps/site-relay/src/store/controls.ts'
import { prepareStore } from '../../../apps/site-relay/src/store/open.ts'
import type { Policy } from '../../../apps/site-relay/src/command/policy.ts'
import { noCapture } from '../../harness/no-capture.ts'
import type { Chance } from '../world/chance.ts'
import { Disk, PowerCut, type DiskFaults } from '../world/disk.ts'
import type { Owner, Timeline } from '../world/timeline.ts'
import { worldOf } from './life-world.ts'
import type { Life, Park } from './miners.ts'

/** One machine that runs a relay, through all its lives. */
export interface Box {
  readonly name: string
  /** While it acts. */
  readonly core: () => Core | null
  /** Also while it stands by. */
  readonly links: () => Links | null
  readonly lease: () => LeaseReport | null
  readonly stores: () => Stores | null
  /** Power comes back. */
  readonly start: () => void
  /** Everything in memory is gone, and what was not committed. It starts again after a while, from `image` if given. */
  readonly crash: (downMs: number, image?: Uint8Array) => void
  /** An orderly end, and a start after a while. */
  readonly restart: (downMs: number) => void
  readonly image: () => Uint8Array
  readonly setPolicy: (policy: Policy) => void
  /** Does something in its core, if it acts. */
  readonly poke: (run: (core: Core) => void) => void
  /** Stops every process of it, as SIGSTOP does, for a while. Its clocks go on. */
  readonly freeze: (ms: number) => void
  /** True time of when it goes on, or went on. */
  readonly frozenUntil: () => number
  /** Its wall clock changed by this much. */
  readonly jump: (ms: number) => void
  readonly now: () => number
  /** True time of when it came up, null while it is down. */
  readonly upSince: () => number | null
}

export interface BoxDeps {
  readonly key: BoxKey
  /** Who gives the lease; null for a relay without a standby. */
  readonly giver: PairDeps['giver'] | null
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

/** What control knows of a box. */
export interface BoxKey {
  readonly name: string
  readonly publicKey: string
  readonly instance: string
  readonly sign: (message: Uint8Array) => string
}

/** The same Ed25519 key (PKCS 8, RFC 8410) in every simulation: keys are no part of what is tried. */
export function boxKeyOf(n: number): BoxKey {
  const der = `302e020100300506032b657004220420${`${41 + n}`.repeat(32)}`
  const key = createPrivateKey({ key: Buffer.from(der, 'hex'), format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(key).export({ format: 'jwk' }).x ?? ''
  return {
    name: `box${n}`,
    publicKey: Buffer.from(raw, 'base64url').toString('base64'),
    instance: `instance-${n}`,
    sign: message => sign(null, message, key).toString('base64'),
  }
}

const log = createLog('simulated', 'silent')
interface Running extends Life, Owner {
  readonly relay: RelayBox
  readonly disk: Disk
  readonly stores: Stores
  readonly end: AbortController
  readonly since: number
  readonly die: () => void
}

export function createBox(deps: BoxDeps): Box {
  const { timeline, chance } = deps
  let image: Uint8Array | null = null
  let running: Running | null = null
  let policy = deps.policy
  let offset = 0
  let generation = 0
  let stopped = 0
  const config = configOf(deps.pollEveryMs)
  const files = createMemoryFiles()
  const now = () => Math.floor(deps.wallAt(timeline.now()) + offset)
  const machine: Owner = { alive: () => true, failed: fell }

  function start(): void {
    if (running) return
    let alive = true
    const since = timeline.now()
    const life: Owner = { alive: () => alive, failed: fell, stoppedUntil: () => stopped }
    const world = worldOf({ timeline, chance: chance.of(`life ${(generation += 1)}`), now, since }, life)
    const talk: Life = {
      world,
      box: deps.key.publicKey,
      talking: new Set(),
      term: () => (deps.giver ? (running?.relay.lease()?.term ?? null) : 0),
    }
    const disk = new Disk(image, deps.faults)
    const die = () => {
      alive = false
      image = disk.cutPower()
      running = null
    }
    try {
      const { coreDeps, end } = join(disk, { ...life, ...talk })
      deps.started(coreDeps.stores)
      const relay = openBox({ ...coreDeps, giver: deps.giver, onCore: () => {} })
      running = { ...life, ...talk, relay, stores: coreDeps.stores, disk, end, since, die }
    } catch (error) {
      die()
      const ms = fallen(error)
      deps.crashed(false)
      timeline.after(ms, start, machine)
    }
  }

  function join(disk: Disk, life: Owner & Life): { coreDeps: CoreDeps; end: AbortController } {
    prepareStore(disk, deps.key.name)
    const vault = createVault(new Uint8Array(32))
    const stores = storesIn(disk, vault)
    if (stores.controls.all().length === 0) deps.controls.forEach(stores.controls.save)
    const end = new AbortController()
    const edges: Edges = {
      ...deps.park.edges(life),
      dial: dialWith({ openWire: deps.openWire(life), clock: life.world }),
      deflate: bytes => {
        deps.framed(bytes, coreOf(running)?.fleet.tables.cohorts() ?? [])
        return deflateRawSync(bytes)
      },
      readPolicy: () => ({ kind: 'policy', policy }),
      history: faultyFiles(files, deps.faults),
      isClockSynchronised: () => false,
    }
    return {
      coreDeps: {
        config,
        keys: { ...deps.key, vault },
        stores,
        capture: noCapture,
        world: life.world,
        edges,
        log,
        signal: end.signal,
      },
      end,
    }
  }

  /** What nobody handles ends the process; the supervisor starts it again. */
  function fell(error: unknown): void {
    // A full disk ends no relay that runs.
    if (running?.relay.phase() && isSimulated(error)) deps.threw(error)
    if (running) crash(fallen(error))
  }

  function fallen(error: unknown): number {
    if (!(error instanceof PowerCut) && !isSimulated(error)) deps.threw(error)
    deps.trace(`${deps.key.name} fell`)
    return 1000
  }

  function crash(downMs: number, older?: Uint8Array): void {
    running?.die()
    if (older) image = older
    deps.crashed(older !== undefined)
    timeline.after(downMs, start, machine)
  }

  return {
    name: deps.key.name,
    core: () => coreOf(running),
    links: () => linksOf(running),
    lease: () => running?.relay.lease() ?? null,
    stores: () => running?.stores ?? null,
    start: () => timeline.after(0, start, machine),
    crash,
    restart: downMs => {
      const ending = running
      if (!ending) return
      const over = () => {
        if (running === ending) crash(downMs)
      }
      // What follows from it at once is this box's own: a power cut, too.
      timeline.after(0, () => ending.end.abort(), ending)
      void ending.relay.ended.then(over)
      // A grace of little more than a second is in it; a box that does not end is killed.
      timeline.after(5000, over, ending)
    },
    image: () => running?.disk.serialize() ?? image ?? new Uint8Array(),
    poke: run => {
      const core = coreOf(running)
      if (core && running) timeline.after(0, () => run(core), running)
    },
    frozenUntil: () => stopped,
    freeze: ms => {
      stopped = timeline.now() + ms
    },
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

const coreOf = (running: Running | null): Core | null => {
  const phase = running?.relay.phase()
  return phase?.kind === 'acts' ? phase.core : null
}

const linksOf = (running: Running | null): Links | null => {
  const phase = running?.relay.phase()
  return phase?.kind === 'stands-by' ? phase.standby.links : (phase?.core.links ?? null)
}

/** History on the same disk, which fails and stops as the database does. */
const faultyFiles = (files: HistoryFiles, faults: DiskFaults): HistoryFiles => ({
  ...files,
  write: (name, from, bytes) => {
    const verdict = faults.before('history')
    if (verdict !== 'go') throw new HistoryError(verdict === 'full' ? 'full' : 'unwritable', `${name}: simulated`)
    files.write(name, from, bytes)
    faults.after('history')
  },
})

/** A disk that fails while a box starts ends it; once it runs, it goes on without. */
const isSimulated = (error: unknown): boolean =>
  error instanceof Error && ('simulated' in error || isSimulated(error.cause))

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
