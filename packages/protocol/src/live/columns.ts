import { miningState } from '../reading.ts'

/** A cell that holds nothing. The only value outside the codes of a column. */
export const nullCode = -0x8000_0000

/** Slots in a cohort. */
export const cohortSlots = 4096

/** How a cell's number is kept as a 32-bit code. Both ends hold codes, so tables compare equal bit by bit. */
export type Coding =
  /** `1 + 1024 log2(value)`, 0 for 0: six digits of range in one column, never more than 0.034 % off. */
  | { readonly kind: 'log' }
  /** `value / step`, rounded. */
  | { readonly kind: 'linear'; readonly step: number }
  /** `(epoch ms - 2020-01-01) / step`, rounded. Good until 2088 at a step of one second. */
  | { readonly kind: 'time'; readonly stepMs: number }
  /** The number itself: a count, a bit set, a position in a closed list. */
  | { readonly kind: 'integer' }

export interface Column {
  /** Append only: an id is never used again. */
  readonly id: number
  readonly name: string
  readonly coding: Coding
}

/** Whether the miner answered its last poll, and if not, why. Append only: the position is the code. */
export const reachStates = ['waiting', 'answering', 'silent', 'unauthorized', 'garbled'] as const
export type Reach = (typeof reachStates)[number]

/** Live columns, in order of id. */
export const columns = {
  hashrateHs: { id: 0, name: 'hashrateHs', coding: { kind: 'log' } },
  expectedHashrateHs: { id: 1, name: 'expectedHashrateHs', coding: { kind: 'log' } },
  powerW: { id: 2, name: 'powerW', coding: { kind: 'log' } },
  chipTempC: { id: 3, name: 'chipTempC', coding: { kind: 'linear', step: 0.5 } },
  boardTempC: { id: 4, name: 'boardTempC', coding: { kind: 'linear', step: 0.5 } },
  inletTempC: { id: 5, name: 'inletTempC', coding: { kind: 'linear', step: 0.5 } },
  fanRpm: { id: 6, name: 'fanRpm', coding: { kind: 'linear', step: 10 } },
  accepted: { id: 7, name: 'accepted', coding: { kind: 'integer' } },
  rejected: { id: 8, name: 'rejected', coding: { kind: 'integer' } },
  /** Position in `miningState`. */
  mining: { id: 9, name: 'mining', coding: { kind: 'integer' } },
  startedAt: { id: 10, name: 'startedAt', coding: { kind: 'time', stepMs: 10_000 } },
  /** One bit for each of `problemCode`, by position. */
  problems: { id: 11, name: 'problems', coding: { kind: 'integer' } },
  /** Slot of the pool in use. */
  activePool: { id: 12, name: 'activePool', coding: { kind: 'integer' } },
  boardsPresent: { id: 13, name: 'boardsPresent', coding: { kind: 'integer' } },
  /** When the reading behind this row was taken [T1]. Frames advance it for whole cohorts. */
  observedAt: { id: 14, name: 'observedAt', coding: { kind: 'time', stepMs: 1000 } },
  /** Position in `reachStates`. */
  reach: { id: 15, name: 'reach', coding: { kind: 'integer' } },
} as const satisfies Record<string, Column>

export type ColumnName = keyof typeof columns
export type KnownColumn = (typeof columns)[ColumnName]

/**
 * Codes by which a cell must move before the relay writes it again, see `moveCell`: what stays below is noise, and
 * would be most of what a site sends. Columns that are left out are written whenever their code changes.
 */
export const deadBands: Partial<Readonly<Record<ColumnName, number>>> = {
  /** 5 %: readings of one healthy miner scatter by 3 %. */
  hashrateHs: 72,
  /** 1 %. */
  powerW: 15,
  /** 1 °C. */
  chipTempC: 2,
  boardTempC: 2,
  inletTempC: 2,
  /** 30 RPM. */
  fanRpm: 3,
}

export const columnList: readonly Column[] = Object.values(columns)
export const miningStates = miningState.options

const epoch2020 = 1_577_836_800_000

/** The code of a value in a column; `null` and what is not finite become `nullCode`, what is out of range its end. */
export function toCode(coding: Coding, value: number | null): number {
  if (value === null || !Number.isFinite(value)) return nullCode
  switch (coding.kind) {
    case 'log':
      return value < 1 ? 0 : Math.round(1024 * Math.log2(value)) + 1
    case 'linear':
      return clamp(value / coding.step)
    case 'time':
      return clamp((value - epoch2020) / coding.stepMs)
    case 'integer':
      return clamp(value)
  }
}

/** The value behind a code. */
export function fromCode(coding: Coding, code: number): number | null {
  if (code === nullCode) return null
  switch (coding.kind) {
    case 'log':
      return code <= 0 ? 0 : 2 ** ((code - 1) / 1024)
    case 'linear':
      return code * coding.step
    case 'time':
      return epoch2020 + code * coding.stepMs
    case 'integer':
      return code
  }
}

const clamp = (value: number) => Math.max(-0x7fff_ffff, Math.min(0x7fff_ffff, Math.round(value)))
