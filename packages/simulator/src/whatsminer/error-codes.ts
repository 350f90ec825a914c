import type { Snapshot } from '../protocol.ts'

/** The vendor's codes for what is wrong: 530 + board lost, 350 + board too hot, 110 front and 111 rear fan. */
export function errorCodes(at: Snapshot): readonly number[] {
  const { boards, fansRpm } = at.measurement
  return [
    ...fansRpm.flatMap((rpm, slot) => (rpm === 0 ? [110 + slot] : [])),
    ...boards.flatMap(board => (board.present && board.chipTempC > hottestC ? [350 + board.slot] : [])),
    ...boards.flatMap(board => (board.present ? [] : [530 + board.slot])),
  ]
}

// Air-cooled machines protect themselves a little above this.
const hottestC = 94

/** As the machine writes a time: its own zone, and none told. */
export function localTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ')
}
