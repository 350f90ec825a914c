import type { ControlId } from '@headframe/protocol'
import type { Stores } from '../core/stores.ts'
import type { EnrolledControl } from '../store/controls.ts'

/**
 * Whether this box was taken away from its pair: a witness does not know of it, and would give it the lease for ever [S8].
 * Who gives the lease may say so; where a witness does, only all controls together. One that may only watch stops nobody [C4].
 */
export interface Removal {
  /** A control took this box away. */
  readonly removed: (enrolled: EnrolledControl) => void
  /** True until it is enrolled there again, or such a control takes it again, or is left. */
  readonly isRemoved: () => boolean
  /** A person on this box said that it is to act all the same: what was said until now does not count. */
  readonly overrule: () => void
}

export interface RemovalDeps extends Pick<Stores, 'controls'> {
  /** `null` when a witness gives the lease. */
  readonly giver: ControlId | null
  readonly isUp: (control: ControlId) => boolean
}

export function createRemoval({ controls, giver, isUp }: RemovalDeps): Removal {
  /** When it was enrolled with those that took it away. */
  const by = new Map<ControlId, number>()
  const overruled = new Map<ControlId, number>()
  const isBy = ({ control, enrolledAt }: EnrolledControl) => by.get(control) === enrolledAt
  return {
    removed: ({ control, enrolledAt }) => {
      if (overruled.get(control) !== enrolledAt) by.set(control, enrolledAt)
    },
    isRemoved: () => {
      for (const control of by.keys()) if (isUp(control)) by.delete(control)
      if (by.size === 0) return false
      const judges = controls.all().filter(({ control }) => giver === null || control === giver)
      return judges.length > 0 && judges.every(isBy)
    },
    overrule: () => {
      for (const [control, enrolledAt] of by) overruled.set(control, enrolledAt)
      by.clear()
    },
  }
}
