import { z } from 'zod'

/** What can be wrong with a simulated miner, one thing at a time. */
export const faultName = z.enum([
  'slow',
  'silent',
  'refuse',
  'broken-json',
  'wrong-password',
  'lost-hashboard',
  'hot',
  'dead-fan',
  'reboot-never-returns',
  'ok-without-effect',
  'dhcp-move',
])
export type FaultName = z.infer<typeof faultName>

export const faultOptions = z
  .strictObject({
    /** `slow`: how long each answer takes. */
    delayMs: z.number().int().min(0).max(600_000).default(4_000),
    /** `lost-hashboard`, `dead-fan`: which one, as the machine numbers them from 0. */
    slot: z.number().int().min(0).max(15).default(1),
    /** `hot`: how much hotter than it should be. */
    byC: z.number().min(1).max(80).default(24),
    /** `wrong-password`: what it now is. */
    password: z.string().min(1).max(64).default('not-the-default'),
    /** `dhcp-move`: where to; else the next address that no miner of the site has. */
    address: z
      .ipv4()
      .regex(/^127\./, 'only loopback: 127.x.y.z')
      .optional(),
  })
  .prefault({})
export type FaultOptions = z.input<typeof faultOptions>

export interface Fault {
  readonly name: FaultName
  readonly options: z.output<typeof faultOptions>
}

/** The fault, when it is the one named. */
export function faultNamed(fault: Fault | null, name: FaultName): Fault | null {
  return fault?.name === name ? fault : null
}
