import type { DatabaseSync } from 'node:sqlite'
import {
  commandId,
  controlId,
  personId,
  relayId,
  siteId,
  type CommandOrder,
  type ControlId,
  type EventBody,
} from '@headframe/protocol'
import { idOf } from '../fleet/builders.ts'
import type { EnrolledControl } from './controls.ts'
import { transaction } from './open.ts'

/** For tests. */
export const controlOf = (n: number): ControlId => controlId.parse(`control_${String(n).padStart(12, '0')}`)

/** For tests: an order for miner 1. */
export const anOrder = (over: Partial<CommandOrder> = {}): CommandOrder => ({
  id: commandId.parse('cmd_000000000001'),
  miner: idOf(1),
  command: { kind: 'locate', on: true },
  by: personId.parse('person_000000000001'),
  byName: 'Ada',
  askedAt: 1_700_000_000_000,
  ttlMs: 60_000,
  ...over,
})

/** For tests: an event that says `text`. */
export const aNote = (text: string): EventBody => ({ type: 'note', level: 'info', code: 'test', text })

/** For tests: control `n`, at a port where nothing listens. */
export const anEnrolment = (n: number, url = 'http://127.0.0.1:1'): EnrolledControl => ({
  control: controlOf(n),
  url,
  relay: relayId.parse(`relay_${String(n).padStart(12, '0')}`),
  site: siteId.parse('site_000000000001'),
  enrolledAt: n,
})

/** For tests: a disk that takes everything. */
export const writing = (db: DatabaseSync) => (write: () => void) => {
  transaction(db, write)
  return true
}
