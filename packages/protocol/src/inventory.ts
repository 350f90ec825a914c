import { z } from 'zod'
import { commandKind } from './command.ts'
import { minerId } from './ids.ts'

const text = z.string().max(256).nullable()

/** What is known of a miner beside its readings. The relay owns it; everyone else holds a replica. */
export const minerInfo = z.object({
  id: minerId,
  /** Number of its cohort at its relay, and its slot there: where its row is in the live table. */
  cohort: z.number().int().min(0).max(65_535),
  slot: z.number().int().min(0).max(4095),
  address: z.string().max(64),
  driver: z.string().max(64),
  make: text,
  model: text,
  firmware: text,
  firmwareVersion: text,
  mac: text,
  serial: text,
  hostname: text,
  algorithm: text,
  nameplateHashrateHs: z.number().nonnegative().nullable(),
  /** Url and user of each pool slot: `activePool` in the live table points here. */
  pools: z.array(z.object({ url: text, user: text })).max(16),
  /** What its firmware can do: the absence of a command is the capability table. */
  commands: z.array(commandKind).max(64),
  faultLight: z.boolean().nullable(),
  addedAt: z.number().int(),
})
export type MinerInfo = z.infer<typeof minerInfo>
