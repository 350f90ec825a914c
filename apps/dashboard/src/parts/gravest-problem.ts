import { problemBit, type ProblemCode } from '@headframe/protocol'

/**
 * All problems, gravest first: a part that is gone or stopped, then heat, then what keeps a whole miner from earning, then what
 * it earns too little by, then what only warns. A cause stands before what follows from it.
 */
export const gravestFirst: readonly ProblemCode[] = [
  'control-board',
  'psu-fault',
  'hashboard-missing',
  'hashboard-fault',
  'eeprom',
  'fan-stopped',
  'chip-too-hot',
  'board-too-hot',
  'inlet-too-hot',
  'too-cold',
  'network',
  'pool-unreachable',
  'firmware',
  'configuration',
  'chips-missing',
  'power-low',
  'pool-rejects',
  'hashrate-low',
  'fan-slow',
  'sensor-fault',
  'reading-out-of-bounds',
  'other',
]

const ordered = gravestFirst.map(code => ({ code, bit: problemBit(code) }))

/** The problems in a set of bits, gravest first. Bits that this release does not know are left out. */
export function problemsIn(bits: number): ProblemCode[] {
  return bits === 0 ? [] : ordered.flatMap(({ code, bit }) => ((bits & bit) === 0 ? [] : code))
}

/** What a miner is counted under, once. */
export function gravestProblem(bits: number): ProblemCode | null {
  return bits === 0 ? null : (ordered.find(({ bit }) => (bits & bit) !== 0)?.code ?? null)
}
