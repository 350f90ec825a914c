import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { allowedBy } from './command/policy.ts'
import { allowInPolicyFile, readPolicyFile } from './command/policy-file.ts'
import { leaveControl } from './leave.ts'
import { aNote, anEnrolment, controlOf, writing } from './store/builders.ts'
import { createAcknowledgements } from './store/acknowledgements.ts'
import { createControlStore } from './store/controls.ts'
import { createJournal } from './store/journal.ts'
import { openStore } from './store/open.ts'

/** A box that is enrolled with two controls, which may ask for something. */
function enrolled() {
  const dataDir = mkdtempSync(join(tmpdir(), 'headframe-leave-'))
  const db = openStore(join(dataDir, 'site.db'))
  onTestFinished(() => {
    db.close()
    rmSync(dataDir, { recursive: true })
  })
  const controls = createControlStore(db)
  for (const n of [1, 2]) {
    controls.save(anEnrolment(n))
    allowInPolicyFile(dataDir, controlOf(n), ['locate'])
  }
  return { dataDir, db, controls }
}

test('[C4] a control that was left is forgotten, and what it was allowed with it', () => {
  const { dataDir, controls } = enrolled()
  expect(leaveControl({ control: controlOf(1), dataDir })).toBe(anEnrolment(1).url)
  expect(controls.all()).toEqual([anEnrolment(2)])
  const policy = readPolicyFile(dataDir)
  expect([1, 2].map(n => allowedBy(policy, controlOf(n)))).toEqual([[], ['locate']])
  expect(() => leaveControl({ control: controlOf(1), dataDir })).toThrow('not enrolled with')
})

test('[S1] no events are held for a control that was left', () => {
  const { dataDir, db, controls } = enrolled()
  const journal = createJournal(db)
  journal.beginEpoch(5, () => 0)
  journal.append([aNote('a'), aNote('b')], 0)
  const { durable, flush } = createAcknowledgements({ journal, controls, write: writing(db) })
  const told = () => {
    durable(controlOf(2), journal.head())
    flush()
    return journal.count()
  }
  expect(told()).toBe(2)
  leaveControl({ control: controlOf(1), dataDir })
  expect(told()).toBe(0)
})
