import { columns, isLater, readCell, type LiveTable, type Moment } from '@headframe/protocol'
import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { keeping, tenAt, type Keeping } from '../history/builders.ts'
import { minuteMs } from '../history/history.ts'
import { readHistory } from '../history/read-history.ts'
import { connect, farEnd, keyOf, type FarEnd } from './far-end.ts'

const start: Moment = { epoch: 1, at: tenAt }

const happening = oneof(
  record({ kind: constantFrom('pass' as const), by: integer({ min: 1, max: 50 }) }),
  record({ kind: constantFrom('restart' as const), by: integer({ min: 0, max: 40 }) }),
  record({ kind: constantFrom('jump' as const), by: integer({ min: -70, max: 70 }) }),
  record({ kind: constantFrom('slip' as const), by: integer({ min: -150, max: 150 }) }),
  record({ kind: constantFrom('fill' as const), by: integer({ min: 1, max: 10 }) }),
  record({ kind: constantFrom('cut' as const), by: integer({ min: 0, max: 9 }) }),
  record({ kind: constantFrom('link' as const), by: integer({ min: 1, max: 400 }) }),
)

test('[S5] whatever happens, every minute that was kept comes as it was or lies in a gap that is marked', () => {
  const happenings = record({ all: array(happening, { maxLength: 14 }), maxBytes: constantFrom(5000, 2 ** 30) })
  assert(
    property(happenings, ({ all, maxBytes }) => {
      const kept = keeping({ maxBytes })
      kept.pass(1)
      const far = farEnd(start)
      const was = new Map<string, { readonly moment: Moment; readonly table: LiveTable }>()
      const note = () => {
        for (const segment of kept.history().shelf()!.held().slice(-3)) remember(was, kept, segment)
      }
      for (const { kind, by } of all) {
        const passing = kind === 'pass' ? by : 0
        for (let minute = 0; minute < passing; minute += 10) {
          kept.pass(Math.min(10, passing - minute))
          note()
        }
        if (kind === 'restart') kept.restart(by * minuteMs)
        if (kind === 'jump') kept.clock.now += by * minuteMs
        if (kind === 'slip') kept.clock.now += by * 1000
        if (kind === 'fill') fill(kept, by)
        if (kind === 'cut') connect(kept, far, { messages: by }).catchUp(5)
        if (kind === 'link') connect(kept, far, { arriving: 1 }).catchUp(by)
        note()
      }
      kept.pass(2)
      note()
      connect(kept, far).catchUp(400)
      const missing = [...was].filter(
        ([key, { moment }]) => isLater(moment, start) && !far.rows.has(key) && !isMarked(far, moment),
      )
      expect(missing.map(([key]) => key)).toEqual([])
      expect(far.history).toEqual(far.run?.through)
      const wrong = [...far.rows].filter(([key, { table }]) => heatOf(was.get(key)?.table) !== heatOf(table))
      expect(wrong.map(([key]) => key)).toEqual([])
    }),
    { numRuns: 100 },
  )
})

const heatOf = (table: LiveTable | undefined) => table && readCell(table, columns.chipTempC, 0)
const isMarked = ({ gaps, steps }: FarEnd, moment: Moment) =>
  [...gaps, ...steps].some(({ from, through }) => isLater(moment, from) && !isLater(moment, through))

function fill(kept: Keeping, minutesFull: number): void {
  kept.disk.capacityBytes = 0
  kept.pass(minutesFull)
  kept.disk.capacityBytes = Infinity
}

/** Read apart from the code that sends. */
function remember(
  was: Map<string, { readonly moment: Moment; readonly table: LiveTable }>,
  kept: Keeping,
  { first, last }: { readonly first: Moment; readonly last: Moment },
): void {
  for (const cohort of [0, 1]) {
    for (const { epoch, at: stamped, table } of readHistory(kept.history().shelf()!, {
      cohort,
      from: first,
      through: last,
    })) {
      const moment = { epoch, at: stamped }
      was.set(keyOf(moment, cohort), { moment, table })
    }
  }
}
