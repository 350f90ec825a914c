import type { Core, CoreDeps } from '../core/core.ts'
import { createCore } from '../core/core.ts'
import { endCore } from '../core/end.ts'
import { runCore } from '../core/run.ts'
import { createPair, type PairDeps, type Phase } from './pair.ts'
import { createRecovery, type Recovery } from './recover.ts'
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
    lease: () => leaseReport(pair.keeper.state(), pair.waits(), deps),
    ended: pair.run(),
  }
}

function openSingle(deps: BoxDeps): Box {
  let phase: Phase | null = null
  const recovery = createRecovery(deps)
  const run = async () => {
    while (!deps.signal.aborted) {
      await recovery.run()
      if (deps.signal.aborted) return
      await act(deps, recovery, core => (phase = { kind: 'acts', core }))
      phase = null
    }
  }
  return { phase: () => phase, lease: () => null, ended: run() }
}

/** Until the end, or until there is something to copy from a control that it met. */
async function act(deps: BoxDeps, recovery: Recovery, began: (core: Core) => void): Promise<void> {
  const over = new AbortController()
  const signal = AbortSignal.any([deps.signal, over.signal])
  const meets: CoreDeps['meets'] = (control, known) =>
    recovery.meets(control, known, () => queueMicrotask(() => over.abort()))
  const coreDeps: CoreDeps = { ...deps, signal, meets }
  const core = createCore(coreDeps)
  deps.onCore(core)
  began(core)
  runCore(core, coreDeps)
  if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
  await endCore(core, coreDeps)
}
