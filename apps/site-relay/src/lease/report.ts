import { controlId } from '@headframe/protocol'
import { allowedBy } from '../command/policy.ts'
import type { CoreDeps } from '../core/core.ts'
import type { LeaseState } from './keeper.ts'
import type { Waits } from './pair.ts'

/** How it stands with the two boxes of this relay, for `headframe status`. No secrets: everybody on this box may read it [X1]. */
export interface LeaseReport extends Omit<LeaseState, 'answeredAt'> {
  readonly acts: boolean
  /** Who gives the lease: a control, or the address of a witness. */
  readonly giver: string
  /** How long ago the giver answered; `null` when it has not since the start. */
  readonly answeredMs: number | null
  /** What was not entered on this box, which it needs to be let act, and to act as well as the other; and what it waits for. */
  readonly missing: readonly string[]
}

export interface ReportDeps extends Pick<CoreDeps, 'config' | 'stores'> {
  readonly edges: Pick<CoreDeps['edges'], 'readPolicy'>
  readonly world: Pick<CoreDeps['world'], 'monotonic'>
}

export function leaseReport({ answeredAt, ...state }: LeaseState, waits: Waits, deps: ReportDeps): LeaseReport {
  const giver = deps.config.standby?.lease ?? ''
  return {
    ...state,
    acts: state.term !== null,
    giver,
    answeredMs: answeredAt === null ? null : Math.round(deps.world.monotonic() - answeredAt),
    missing: [...heldUpBy(giver, waits, deps), ...missingOf(deps)],
  }
}

/** Why it is not given the lease, where that is to be mended here. */
function heldUpBy(giver: string, { forCopy, isRefused }: Waits, { stores }: Pick<CoreDeps, 'stores'>): string[] {
  const isStranger =
    controlId.safeParse(giver).success && !stores.controls.all().some(({ control }) => control === giver)
  return [
    ...(isStranger
      ? [`this box is not enrolled with ${giver}: join it, or name in relay.json who gives the lease`]
      : []),
    ...(isRefused
      ? ['the witness refuses this box: its secretFile holds another secret than that of the witness']
      : []),
    ...(forCopy ? ['it copies the miners that control knows, for a minute at most, before it asks to act'] : []),
  ]
}

/** Logins and the policy are entered on each box: neither ever travels [X1] [C4]. */
function missingOf({ stores, edges }: Pick<ReportDeps, 'stores' | 'edges'>): string[] {
  const set = stores.credentials.all()
  const drivers = [...new Set(stores.inventory.cohorts().map(({ driver }) => driver))]
  const logins = drivers
    .filter(driver => driver !== '' && !Object.hasOwn(set, driver))
    .map(driver => `no login is set for ${driver} miners: those of the vendor are used`)
  const policy = edges.readPolicy()
  const controls = stores.controls
    .all()
    .filter(({ control }) => allowedBy(policy, control).length === 0)
    .map(({ control }) => `policy.json lets ${control} ask for nothing`)
  return [...logins, ...controls]
}
