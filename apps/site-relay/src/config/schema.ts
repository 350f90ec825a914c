import { controlId } from '@headframe/protocol'
import { z } from 'zod'
import { parseAddresses } from './addresses.ts'
import { overlaps } from './overlap.ts'

const port = z.number().int().min(1).max(65_535)

const addresses = z
  .string()
  .max(4096)
  .superRefine((text, context) => {
    const parsed = parseAddresses(text)
    if (parsed.kind === 'bad') context.addIssue({ code: 'custom', message: parsed.text })
  })

/** A part of the site's network that may be scanned. Nothing outside the ranges is ever contacted [X3]. */
export const rangeConfig = z.strictObject({
  name: z.string().min(1).max(80).describe('What people call it, for the coverage report.'),
  addresses: addresses.describe('`10.1.0.0/22`, `10.1.0.10-10.1.3.200`, one address, or several of these with commas.'),
  ports: z
    .record(z.string().regex(/^\d{1,5}$/, 'must be a port number'), port)
    .default({})
    .describe('Where a standard port is found in this range, if elsewhere: `{ "80": 18080, "4028": 14028 }`.'),
})
export type RangeConfig = z.infer<typeof rangeConfig>

const listen = z
  .string()
  .regex(/^(\d{1,3}\.){3}\d{1,3}:\d{1,5}$/, 'must be an address and a port, such as 0.0.0.0:3333')
const poolUrl = z
  .string()
  .max(300)
  .regex(/^stratum\+(tcp|ssl|tls):\/\/[^\s/:]+:\d{1,5}$/, 'must be stratum+tcp://host:port, or stratum+ssl://host:port')

const proxyConfig = z.strictObject({
  listen: listen.describe('Where miners connect.'),
  pool: poolUrl.describe('Where their bytes go, unchanged.'),
})
export type ProxyConfig = z.infer<typeof proxyConfig>

const captureConfig = z.strictObject({
  maxBytes: z
    .number()
    .int()
    .min(1_048_576)
    .max(2 ** 43)
    .default(2 ** 31)
    .describe('Disk for captured Stratum messages; the oldest go first.'),
})

/** A relay of two boxes: one acts, the other stands by [S8]. */
const standbyConfig = z.strictObject({
  lease: z
    .union([controlId, z.url({ protocol: /^https?$/ })])
    .describe(
      'Who says which box acts, the same for both: an enrolled control (`control_...`), or a witness (`http://...`).',
    ),
  secretFile: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe('The secret that both boxes share with a witness; a file that nobody else may read.'),
})

const historyConfig = z.strictObject({
  maxBytes: z
    .number()
    .int()
    .min(2 ** 24)
    .max(2 ** 43)
    .default(2 ** 31)
    .describe(
      'Disk for the rows of all miners, minute by minute; the oldest go first. 50,000 miners need 1.2 GB a week.',
    ),
  keepFreeBytes: z
    .number()
    .int()
    .min(0)
    .max(2 ** 43)
    .default(2 ** 27)
    .describe('Disk that history leaves to others: below it the oldest go, and at last none is written.'),
  backfillBytesPerSecond: z
    .number()
    .int()
    .min(4096)
    .max(2 ** 26)
    .default(2 ** 19)
    .describe('How fast a control is sent what it missed, at most.'),
})

/** Everything that a relay can be told by its file and environment, once. What it may do for a control is in `policy.json` [C4]. */
export const relayConfig = z.strictObject({
  ranges: z
    .array(rangeConfig)
    .max(256)
    .default([])
    .superRefine((ranges, context) => {
      for (const message of overlaps(ranges)) context.addIssue({ code: 'custom', message })
    })
    .describe('The networks to scan for miners.'),
  scanEveryMs: z
    .number()
    .int()
    .min(10_000)
    .max(86_400_000)
    .default(300_000)
    .describe('How often the ranges are scanned.'),
  probesPerSecond: z
    .number()
    .int()
    .min(1)
    .max(5000)
    .default(300)
    .describe('Addresses tried per second. Linux keeps 1,024 neighbours: above about 340 a flat network loses some.'),
  identifiesAtOnce: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(64)
    .describe('Machines that are asked at once who they are.'),
  sourceAddress: z
    .ipv4()
    .nullable()
    .default(null)
    .describe('Which of the addresses of this box miners are asked from; null for the choice of the system.'),
  pollEveryMs: z.number().int().min(5000).max(600_000).default(30_000).describe('How often each miner is read.'),
  pollsAtOnce: z.number().int().min(1).max(4096).default(512).describe('Miners that are read at once.'),
  pollsPerSubnet: z.number().int().min(1).max(256).default(64).describe('Miners that are read at once in each /24.'),
  pollsPerDriver: z
    .record(z.string().max(64), z.number().int().min(1).max(4096))
    .default({})
    .describe('Miners that are read at once of a driver, where that is to be fewer: `{ "bitaxe": 32 }`.'),
  perMinerDeadlineMs: z
    .number()
    .int()
    .min(500)
    .max(60_000)
    .default(20_000)
    .describe('A miner that takes longer for a whole read is given up until its next turn.'),
  proxy: z.array(proxyConfig).max(16).default([]).describe('Listeners of the Stratum proxy.'),
  capture: captureConfig.default(captureConfig.parse({})).describe('The store of captured Stratum messages.'),
  standby: standbyConfig
    .refine(({ lease, secretFile }) => lease.startsWith('control_') || secretFile !== undefined, {
      path: ['secretFile'],
      message: 'must name the file with the secret of the witness',
    })
    .nullable()
    .default(null)
    .describe('Set on both boxes of a relay that has a standby.'),
  history: historyConfig.default(historyConfig.parse({})).describe('What is kept of all miners on this box.'),
  demo: z.boolean().default(false).describe('The miners are simulated, and every screen says so.'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info').describe('What is logged to stderr.'),
  healthPort: port.nullable().default(8790).describe('Loopback port of the health page; null for none.'),
})
export type RelayConfig = z.infer<typeof relayConfig>
