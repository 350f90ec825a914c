import { allowedBy } from '../command/policy.ts'
import type { CoreDeps } from '../core/core.ts'
import type { LeaseState } from './keeper.ts'

/** How it stands with the two boxes of this relay, for `headframe status`. No secrets: everybody on this box may read it [X1]. */
export interface LeaseReport extends Omit<LeaseState, 'answeredAt'> {
  readonly acts: boolean
  /** Who gives the lease: a control, or the address of a witness. */
  readonly giver: string
  /** How long ago the giver answered; `null` when it has not since the start. */
  readonly answeredMs: number | null
  /** What was not entered on this box, which it needs to act as well as the other. */
  readonly missing: readonly string[]
}

export function leaseReport(
  { answeredAt, ...state }: LeaseState,
  deps: Pick<CoreDeps, 'config' | 'stores' | 'edges' | 'world'>,
): LeaseReport {
  return {
    ...state,
    acts: state.term !== null,
    giver: deps.config.standby?.lease ?? '',
    answeredMs: answeredAt === null ? null : Math.round(deps.world.monotonic() - answeredAt),
    missing: missingOf(deps),
  }
}

/** Logins and the policy are entered on each box: neither ever travels [X1] [C4]. */
function missingOf({ stores, edges }: Pick<CoreDeps, 'stores' | 'edges'>): string[] {
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
