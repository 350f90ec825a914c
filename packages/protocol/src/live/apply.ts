import { columnList } from './columns.ts'
import { isKeyframe, maxColumns, predictColumn, type Frame } from './frame.ts'
import { readSymbols } from './symbols.ts'
import { resizeTable, type LiveTable } from './table.ts'

export type AppliedFrame =
  | { readonly ok: true; readonly table: LiveTable }
  | { readonly ok: false; readonly error: 'noBase' | 'tooManyColumns' }

/**
 * The whole table after a frame: its rows, and the base's where it has none. Shares nothing with the base.
 * @param base the table of the beat that the frame names; a keyframe needs none
 */
export function applyFrame(frame: Frame, base: LiveTable | null): AppliedFrame {
  const keyframe = isKeyframe(frame)
  if (!keyframe && !base) return { ok: false, error: 'noBase' }
  const start = keyframe ? null : base
  const ids = columnIds(frame, start)
  if (ids.length > maxColumns) return { ok: false, error: 'tooManyColumns' }
  const { advanceS, slots } = frame.header
  const columns = new Map(ids.map(id => [id, predictColumn({ base: start, advanceS, slots }, id).slice()]))
  for (const { id, body } of frame.columns) {
    const codes = columns.get(id)
    if (codes) readSymbols(body, { slots: frame.presence.slots, predicted: codes, codes })
  }
  return { ok: true, table: { slots, columns } }
}

/**
 * Only the rows of a frame, painted over a table that may be ahead of the base: how live frames are followed.
 * @param shown is written to in place and belongs to the answer
 */
export function paintFrame(frame: Frame, base: LiveTable, shown: LiveTable): AppliedFrame {
  const { advanceS, slots } = frame.header
  const ids = new Set([...columnIds(frame, base), ...shown.columns.keys()])
  if (ids.size > maxColumns) return { ok: false, error: 'tooManyColumns' }
  const sized = shown.slots === slots ? shown : resizeTable(shown, slots)
  const bodies = new Map(frame.columns.map(column => [column.id, column.body]))
  const columns = new Map<number, Int32Array>()
  for (const id of ids) {
    const predicted = predictColumn({ base, advanceS, slots }, id)
    const codes = sized.columns.get(id) ?? predictColumn({ base: null, advanceS, slots }, id)
    const rows = { slots: frame.presence.slots, predicted, codes }
    const body = bodies.get(id)
    if (body) readSymbols(body, rows)
    else for (const slot of rows.slots) codes[slot] = predicted[slot] ?? 0
    columns.set(id, codes)
  }
  return { ok: true, table: { slots, columns } }
}

/** A table has all columns that we know, and those of others that came along. */
function columnIds(frame: Frame, base: LiveTable | null): number[] {
  const before = base ? [...base.columns.keys()] : columnList.map(column => column.id)
  return [...new Set([...before, ...frame.columns.map(column => column.id)])]
}
