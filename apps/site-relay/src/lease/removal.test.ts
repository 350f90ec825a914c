import type { ControlId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { anEnrolment, controlOf } from '../store/builders.ts'
import { createControlStore } from '../store/controls.ts'
import { openStore } from '../store/open.ts'
import { createRemoval } from './removal.ts'

/** A box that is enrolled with two controls. */
function removing(giver: ControlId | null = null) {
  const controls = createControlStore(openStore(':memory:'))
  controls.save(anEnrolment(1))
  controls.save(anEnrolment(2))
  const up = new Set<string>()
  return { controls, up, removal: createRemoval({ controls, giver, isUp: control => up.has(control) }) }
}

test('[S8] a box that the giver of its lease took away stays so until it is enrolled there again', () => {
  const { controls, removal } = removing(controlOf(1))
  expect(removal.isRemoved()).toBe(false)
  removal.removed(anEnrolment(1))
  expect(removal.isRemoved()).toBe(true)
  controls.save({ ...anEnrolment(1), enrolledAt: 5 })
  expect(removal.isRemoved()).toBe(false)
})

test('[S8] [C4] a control that is not the giver takes no box away', () => {
  const { removal } = removing(controlOf(1))
  removal.removed(anEnrolment(2))
  expect(removal.isRemoved()).toBe(false)
})

test('[S8] where a witness gives the lease, a box is gone once every control took it away, or the others were left', () => {
  const { controls, removal } = removing()
  removal.removed(anEnrolment(1))
  expect(removal.isRemoved()).toBe(false)
  removal.removed(anEnrolment(2))
  expect(removal.isRemoved()).toBe(true)
  controls.remove(controlOf(1))
  expect(removal.isRemoved()).toBe(true)
  controls.remove(controlOf(2))
  expect(removal.isRemoved()).toBe(false)
})

test('a control that takes a box again, as one that was rolled back does, has not removed it', () => {
  const { up, removal } = removing(controlOf(1))
  removal.removed(anEnrolment(1))
  up.add(controlOf(1))
  expect(removal.isRemoved()).toBe(false)
  up.clear()
  expect(removal.isRemoved()).toBe(false)
})

test("[S8] a person's word outranks what controls said of this enrolment, also when they say it again", () => {
  const { controls, removal } = removing(controlOf(1))
  removal.removed(anEnrolment(1))
  removal.overrule()
  removal.removed(anEnrolment(1))
  expect(removal.isRemoved()).toBe(false)
  controls.save({ ...anEnrolment(1), enrolledAt: 5 })
  removal.removed({ ...anEnrolment(1), enrolledAt: 5 })
  expect(removal.isRemoved()).toBe(true)
})
