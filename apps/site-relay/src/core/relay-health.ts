import type { RelayHealth } from '@headframe/protocol'
import type { Schedule } from '../fleet/schedule.ts'
import type { Writer } from '../store/writer.ts'
import type { OpenHistory } from './open-history.ts'

export interface RelayHealthParts {
  readonly schedule: Pick<Schedule, 'late'>
  readonly writer: Pick<Writer, 'disk'>
  readonly history: Pick<OpenHistory, 'clock' | 'shelf'>
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** How a relay is, as it tells its controls. */
export function relayHealthOf({ schedule, writer, history, monotonic }: RelayHealthParts): RelayHealth {
  return {
    latePolls: schedule.late(monotonic()),
    disk: writer.disk(),
    clock: history.clock(),
    historyFromAt: history.shelf()?.held()[0]?.first.at ?? null,
  }
}
