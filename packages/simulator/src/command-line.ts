import { parseArgs } from 'node:util'
import { z } from 'zod'
import { mostMiners } from './site-settings.ts'

const port = z.coerce.number().int().min(1).max(65_535)

const options = z.strictObject({
  /** How many, in a realistic mix. */
  miners: z.coerce.number().int().min(0).max(mostMiners).default(200),
  'pool-port': z.coerce.number().int().min(0).max(65_535).default(13_333),
  seed: z.coerce.number().int().min(0).max(0xffff_ffff).default(1),
  'first-address': z.ipv4().default('127.20.0.1'),
  /** The miners' first pool: the proxy. Without it, the simulated pool. */
  'stratum-url': z
    .string()
    .regex(/^stratum\+tcp:\/\/127\.\d+\.\d+\.\d+:\d+$/, 'stratum+tcp:// and a loopback address and port')
    .optional(),
  user: z.string().max(200).default('demo.{worker}'),
  'shares-per-minute': z.coerce.number().min(0).max(600).default(6),
  'reboot-ms': z.coerce.number().int().min(0).max(3_600_000).default(15_000),
  'control-port': z.coerce.number().int().min(0).max(65_535).default(0),
  'http-port': port.default(8_080),
  'cgminer-port': port.default(14_028),
  'whatsminer-port': port.default(14_433),
  /** No pool and no sockets to it: shares are counted as they would come. */
  'no-stratum': z.boolean().default(false),
  'demo-faults': z.boolean().default(false),
  /** Ends when its standard input does: when who started it is gone. */
  'exit-with-stdin': z.boolean().default(false),
})
export type CommandLine = z.output<typeof options>

const flags = new Set(['no-stratum', 'demo-faults', 'exit-with-stdin'])

/** The options of the program; throws an error with one line for each that is wrong. */
export function commandLine(args: readonly string[]): CommandLine {
  const known = Object.keys(options.shape).map(name => {
    const type = flags.has(name) ? ('boolean' as const) : ('string' as const)
    return [name, { type }] as const
  })
  const { values } = parseArgs({ args: [...args], options: Object.fromEntries(known) })
  const asked = options.safeParse({ ...values })
  if (asked.success) return asked.data
  throw new Error(asked.error.issues.map(issue => `--${issue.path.join('.')}: ${issue.message}`).join('\n'))
}
