import type { ClockQuality } from '@headframe/protocol'
import type { Fleet } from '../fleet/fleet.ts'
import { createHistory, type History } from '../history/history.ts'
import type { CoreDeps } from './core.ts'
import { clockQualityOf } from './clock-quality.ts'

/** The history of this box, and what it knows of the clock. */
export interface OpenHistory extends History {
  readonly clock: () => ClockQuality
  readonly maxBytes: number
}

/** Of a core, what its history needs. */
type Around = Pick<CoreDeps, 'config' | 'world' | 'log' | 'pair'> & {
  readonly stores: { readonly journal: Pick<CoreDeps['stores']['journal'], 'epoch'> }
  readonly edges: Pick<CoreDeps['edges'], 'history' | 'isClockSynchronised'>
}

interface Parts {
  readonly tables: Fleet['tables']['cohorts']
  readonly newEpoch: () => void
}

/** Opens what earlier starts kept, and begins where it ends. */
export function openHistory({ config, stores, world, edges, log, pair }: Around, parts: Parts): OpenHistory {
  const clock = (): ClockQuality => {
    const now = world.now()
    return clockQualityOf({ now, newestAt, isSynchronised: edges.isClockSynchronised(now) })
  }
  const history = createHistory({
    files: edges.history,
    tables: parts.tables,
    now: world.now,
    monotonic: world.monotonic,
    epoch: stores.journal.epoch,
    newEpoch: parts.newEpoch,
    clock,
    boot: Buffer.from(world.randomBytes(new Uint8Array(8))).toString('hex'),
    before: pair ? 'standby' : 'stopped',
    limits: config.history,
    log: (level, text) => log[level](text),
  })
  // What was written last, and not the latest time: a clock that ran ahead for an hour was set right since.
  const newestAt = history.last()?.at ?? null
  return { ...history, clock, maxBytes: config.history.maxBytes }
}
