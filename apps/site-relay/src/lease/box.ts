import type { Core, CoreDeps } from '../core/core.ts'
import { createCore } from '../core/core.ts'
import { endCore } from '../core/end.ts'
import { runCore } from '../core/run.ts'
import { createPair, type PairDeps, type Phase } from './pair.ts'
import { recoverInventory } from './recover.ts'
import { leaseReport, type LeaseReport } from './report.ts'

/** The fleet core of this box: alone, or one of a pair. */
export interface Box {
  /** `null` before it does anything, and in between. */
  readonly phase: () => Phase | null
  /** `null` for a relay without a standby. */
  readonly lease: () => LeaseReport | null
  /** After the signal of its deps: once nothing acts, and everything is on disk. */
  readonly ended: Promise<void>
}

export interface BoxDeps extends CoreDeps {
  /** Who gives the lease; `null` for a relay without a standby. */
  readonly giver: PairDeps['giver'] | null
  /** A core was made, and does not run yet. */
  readonly onCore: (core: Core) => void
}

export function openBox(deps: BoxDeps): Box {
  const { giver } = deps
  if (giver === null) return openSingle(deps)
  const pair = createPair({ ...deps, giver })
  return {
    phase: pair.phase,
    lease: () => leaseReport(pair.keeper.state(), deps),
    ended: pair.run(),
  }
}

function openSingle(deps: BoxDeps): Box {
  let phase: Phase | null = null
  const run = async () => {
    await recoverInventory(deps)
    const core = createCore(deps)
    deps.onCore(core)
    phase = { kind: 'acts', core }
    runCore(core, deps)
    if (!deps.signal.aborted) await new Promise(resolve => deps.signal.addEventListener('abort', resolve))
    await endCore(core, deps)
  }
  return { phase: () => phase, lease: () => null, ended: run() }
}
