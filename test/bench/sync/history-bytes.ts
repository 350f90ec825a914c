import { newId, type LiveTable } from '@headframe/protocol'
import { randomFillSync } from 'node:crypto'
import { historyMessages } from '../../../apps/site-relay/src/history/cohort-frames.ts'
import { createRowEncoder } from '../../../apps/site-relay/src/history/minute-rows.ts'
import { encodeMinute } from '../../../apps/site-relay/src/history/segment.ts'
import { rounded } from '../quantile.ts'

const relay = newId('relay', bytes => randomFillSync(bytes))
const startedAt = 1_790_812_800_000

/** What one segment of these minutes takes on the disk of the relay, and on the wire to a control that missed it. */
export function historyBytes(minutes: readonly (readonly LiveTable[])[]) {
  const encode = createRowEncoder(1)
  const kept = minutes.map((tables, index) => {
    const at = startedAt + index * 60_000
    return { at, rows: tables.map((table, cohort) => encode({ cohort, table }, at)) }
  })
  const cohorts = minutes[0]?.map((_, cohort) => cohort) ?? []
  const messages = cohorts.flatMap(cohort =>
    historyMessages({ minutes: kept, cohort, afterAt: -1, throughAt: Infinity }, relay),
  )
  const miners = minutes[0]?.reduce((sum, { slots }) => sum + slots, 0) ?? 0
  const perMinerMinute = (bytes: readonly number[]) =>
    rounded(bytes.reduce((sum, length) => sum + length, 0) / miners / minutes.length, 3)
  return {
    minutes: minutes.length,
    diskBytesPerMinerMinute: perMinerMinute(kept.map(minute => encodeMinute(minute).length)),
    wireBytesPerMinerMinute: perMinerMinute(messages.map(({ length }) => length)),
    messages: messages.length,
    largestMessage: Math.max(...messages.map(({ length }) => length)),
  }
}
