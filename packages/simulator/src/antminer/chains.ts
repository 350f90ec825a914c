import type { BoardMeasurement } from '../measurement.ts'
import type { AntminerModel } from '../model.ts'
import type { Snapshot } from '../protocol.ts'

/** Present hashboards, as the firmware lists them: one that is lost is not in the list. */
export function presentBoards(at: Snapshot): readonly BoardMeasurement[] {
  return at.measurement.boards.filter(board => board.present)
}

/** A chip map: one `o` for a good chip, in groups. */
export function chipMap(model: AntminerModel): string {
  const group = ` ${'o'.repeat(model.chipGroup)}`
  const rest = model.chipsPerBoard % model.chipGroup
  return group.repeat(Math.floor(model.chipsPerBoard / model.chipGroup)) + (rest === 0 ? '' : ` ${'o'.repeat(rest)}`)
}

/** Four sensors, inlet pair then outlet pair, in whole degrees: the hottest is the one given. */
export function sensors(hottestC: number): readonly [number, number, number, number] {
  const hottest = Math.round(hottestC)
  return [hottest - 19, hottest - 17, hottest - 2, hottest]
}

export const ghs = (hashesPerSecond: number): number => Number((hashesPerSecond / 1e9).toFixed(2))
