import { columns, createTable, isJson, relayId, writeCell, type Moment } from '@headframe/protocol'
import { createRowEncoder } from '../../../apps/site-relay/src/history/minute-rows.ts'
import type { Minute } from '../../../apps/site-relay/src/history/segment.ts'
import type { Held } from '../../../apps/site-relay/src/history/shelf.ts'
import { createBackfill, type HistorySource } from '../../../apps/site-relay/src/link/backfill.ts'

type Violated = (rule: string, text: string) => void

const minuteMs = 60_000
const startAt = 1_790_000_040_000
const moment = (minute: number): Moment => ({ epoch: 1, at: startAt + minute * minuteMs })

/** A cohort that begins in the last minute that is missing, beats meanwhile, and a hole after them. */
export function tryBackfill(violated: Violated): void {
  const sent: Uint8Array[] = []
  const asked: (Moment | null)[] = []
  let now = 0
  const backfill = createBackfill({
    history: pastOf([[0], [0, 1]], asked),
    relay: relayId.parse('relay_SIMULATED00001'),
    epoch: 1,
    from: moment(0),
    bytesPerSecond: 2 ** 20,
    monotonic: () => now,
    isIdle: () => true,
    send: payload => {
      sent.push(payload)
      return true
    },
  })
  // More than a step after what control has, so that what is between has to be sent; then one more.
  for (const minute of [5, 6]) backfill.beatStored(moment(minute).at)
  backfill.tick()
  if (sent.length > 0) violated('S7', 'history is sent that there was no time for')
  const pass = () => {
    now += 1000
    backfill.tick()
  }
  pass()
  const rows = sent.filter(payload => !isJson(payload)).length
  if (rows !== 2) violated('S5', `the rows of ${rows} cohorts are sent, and there are 2`)
  if (backfill.reached()?.at !== moment(0).at) violated('S1', 'history counts as there that was not acknowledged')
  backfill.stored(moment(6))
  if (backfill.reached()?.at !== moment(6).at) violated('S5', 'a control that has all is not said to')
  backfill.beatStored(moment(12).at)
  pass()
  if (asked.at(-1)?.at !== moment(6).at) violated('S2', 'what beats have told of the past is sent again')
}

/** The last minutes up to the fifth, each with its cohorts; after what it was asked for is noted. */
function pastOf(cohorts: readonly (readonly number[])[], asked: (Moment | null)[]): HistorySource {
  const encode = createRowEncoder(1)
  const table = createTable(2)
  writeCell(table, { column: columns.chipTempC, slot: 0, value: 60 })
  const first = 6 - cohorts.length
  const minutes: Minute[] = cohorts.map((some, index) => {
    const { at } = moment(first + index)
    return { at, rows: some.map(cohort => encode({ cohort, table }, at)) }
  })
  const last = moment(5)
  const segment: Held = { name: 'kept', first: moment(first), last, readable: last, bytes: 1 }
  return {
    next: ({ after }) => {
      asked.push(after)
      return { kind: 'rows', segment }
    },
    minutes: () => minutes,
    followClock: () => {},
  }
}
