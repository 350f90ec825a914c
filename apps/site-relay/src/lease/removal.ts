import type { ControlId } from '@headframe/protocol'
import type { Stores } from '../core/stores.ts'
import type { EnrolledControl } from '../store/controls.ts'

/** Whether a control removed this box of a pair: a witness does not know, and would give it the lease for ever [S8]. */
export interface Removal {
  /** A control refused it as revoked. */
  readonly revoked: (enrolled: EnrolledControl) => void
  /** True until it is enrolled there again, or that control takes it again. */
  readonly isRemoved: () => boolean
}

export function createRemoval({ controls }: Pick<Stores, 'controls'>, isUp: (control: ControlId) => boolean): Removal {
  /** When it was enrolled with those that removed it. */
  const by = new Map<ControlId, number>()
  const isBy = ({ control, enrolledAt }: EnrolledControl) => by.get(control) === enrolledAt && !isUp(control)
  return {
    revoked: ({ control, enrolledAt }) => void by.set(control, enrolledAt),
    isRemoved: () => {
      if (by.size === 0) return false
      const still = new Set(
        controls
          .all()
          .filter(isBy)
          .map(({ control }) => control),
      )
      for (const control of by.keys()) if (!still.has(control)) by.delete(control)
      return by.size > 0
    },
  }
}
