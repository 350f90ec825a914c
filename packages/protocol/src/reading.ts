import { z } from 'zod'

/** Text from outside is cut to this many characters before it goes on. */
export const maxTextLength = 256

const text = z.string().max(maxTextLength).nullable()
const amount = z.number().finite().nonnegative().nullable()
const count = z.number().int().nonnegative().nullable()
const temperature = z.number().finite().nullable()

/** What a miner says it is doing. `unknown` when it answers but does not tell. */
export const miningState = z.enum(['unknown', 'running', 'paused', 'starting', 'tuning', 'fault'])
export type MiningState = z.infer<typeof miningState>

/** Our closed list of problems. Append only: the index is the bit in the live column `problems`. */
export const problemCode = z.enum([
  'hashboard-missing',
  'hashboard-fault',
  'chips-missing',
  'chip-too-hot',
  'board-too-hot',
  'inlet-too-hot',
  'too-cold',
  'sensor-fault',
  'fan-stopped',
  'fan-slow',
  'psu-fault',
  'power-low',
  'network',
  'pool-unreachable',
  'pool-rejects',
  'hashrate-low',
  'control-board',
  'eeprom',
  'firmware',
  'configuration',
  'reading-out-of-bounds',
  'other',
])
export type ProblemCode = z.infer<typeof problemCode>

export const problem = z.object({
  vendorCode: text,
  code: problemCode,
  /** Which part, as the machine numbers it: `hashboard 1`, `fan 0`, `psu`. */
  component: text,
  text,
})
export type Problem = z.infer<typeof problem>

export const hashboard = z.object({
  /** As the machine numbers it, from 0. */
  slot: z.number().int().nonnegative(),
  present: z.boolean(),
  hashrateHs: amount,
  chips: count,
  chipsExpected: count,
  boardTempC: temperature,
  chipTempC: temperature,
  inletTempC: temperature,
  outletTempC: temperature,
  frequencyMhz: amount,
  voltageV: amount,
  serial: text,
  hwErrors: count,
})
export type Hashboard = z.infer<typeof hashboard>

export const fan = z.object({ slot: z.number().int().nonnegative(), rpm: amount, percent: amount })
export type Fan = z.infer<typeof fan>

export const psu = z.object({
  model: text,
  serial: text,
  inputV: amount,
  outputV: amount,
  tempC: temperature,
  fanRpm: amount,
})
export type Psu = z.infer<typeof psu>

/** A pool as the miner has it. There is no password here, and there never will be: [X1]. */
export const minerPool = z.object({
  slot: z.number().int().nonnegative(),
  url: text,
  user: text,
  active: z.boolean().nullable(),
  alive: z.boolean().nullable(),
  accepted: count,
  rejected: count,
  stale: count,
  difficulty: amount,
})
export type MinerPool = z.infer<typeof minerPool>

/** The result of polling one miner once. Every field is present; what the miner does not tell is `null`. */
export const reading = z.object({
  /** When the reading was complete, epoch ms. */
  at: z.number().int().nonnegative(),
  /** Id of the driver that read it. */
  driver: z.string().max(64),
  make: text,
  model: text,
  /** Firmware family in words: `Antminer stock`, `AxeOS`. */
  firmware: text,
  firmwareVersion: text,
  /** Upper case with colons: `AA:BB:CC:DD:EE:FF`. */
  mac: z
    .string()
    .regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/)
    .nullable(),
  serial: text,
  hostname: text,
  mining: miningState,
  /** Seconds since mining began, where the miner tells both this and its uptime; else its uptime. */
  uptimeS: amount,
  hashrateHs: amount,
  /** The span that `hashrateHs` is a mean of, ms. */
  windowMs: amount,
  expectedHashrateHs: amount,
  nameplateHashrateHs: amount,
  algorithm: text,
  powerW: amount,
  powerSource: z.enum(['metered', 'reported', 'estimated']).nullable(),
  powerLimitW: amount,
  hashboards: z.array(hashboard).max(64),
  fans: z.array(fan).max(32),
  psu: psu.nullable(),
  inletTempC: temperature,
  pools: z.array(minerPool).max(16),
  faultLight: z.boolean().nullable(),
  problems: z.array(problem).max(64),
})
export type Reading = z.infer<typeof reading>
