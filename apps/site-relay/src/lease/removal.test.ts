import { expect, test } from 'vitest'
import { anEnrolment, controlOf } from '../store/builders.ts'
import { createControlStore } from '../store/controls.ts'
import { openStore } from '../store/open.ts'
import { createRemoval } from './removal.ts'

function removing() {
  const controls = createControlStore(openStore(':memory:'))
  controls.save(anEnrolment(1))
  const up = new Set<string>()
  return { controls, up, removal: createRemoval({ controls }, control => up.has(control)) }
}

test('[S8] a box that a control removed stays so until it is enrolled again', () => {
  const { controls, removal } = removing()
  expect(removal.isRemoved()).toBe(false)
  removal.revoked(anEnrolment(1))
  expect(removal.isRemoved()).toBe(true)
  controls.save({ ...anEnrolment(1), enrolledAt: 5 })
  expect(removal.isRemoved()).toBe(false)
})

test('a control that takes a box again, as one that was rolled back does, has not removed it', () => {
  const { up, removal } = removing()
  removal.revoked(anEnrolment(1))
  up.add(controlOf(1))
  expect(removal.isRemoved()).toBe(false)
  up.clear()
  expect(removal.isRemoved()).toBe(false)
})
