import { z } from 'zod'
import { faultName, faultOptions } from './fault.ts'

/** With more miners there is one listener for all. */
export const mostListenedTo = 6_000
/** Their addresses must stay within 127/8, and their MACs apart. */
export const mostMiners = 200_000

const port = z.number().int().min(1).max(65_535)

const minerRequest = z.strictObject({
  /** Of `models`: `s19pro`, `m60s`, `bitaxe-gamma`. */
  model: z.string(),
  address: z.ipv4().optional(),
  /** WhatsMiner: whether the owner opened the write API. */
  writeApi: z.boolean().default(true),
  fault: faultName.optional(),
  faultOptions: faultOptions.optional(),
})

/** Said to who wants them nevertheless. */
export const noShares = `shares are sent to a pool up to ${mostListenedTo} miners with listeners of their own; behind one listener they are counted as they would come`

const isLarge = (miners: number | readonly unknown[]): boolean => typeof miners === 'number' && miners > mostListenedTo

const siteShape = z.strictObject({
  /** How many, in a realistic mix; or each by itself. */
  miners: z.union([z.number().int().min(0).max(mostMiners), z.array(minerRequest).max(mostListenedTo)]),
  /** One listener for each port instead of one for each address: by itself above 6,000 miners. */
  oneListener: z.boolean().optional(),
  /** The same seed gives the same site. */
  seed: z.number().int().min(0).max(0xffff_ffff).default(1),
  firstAddress: z
    .ipv4()
    .regex(/^127\./, 'only loopback: 127.x.y.z')
    .default('127.20.0.1'),
  /** Where a miner's ports really are: the low one is forbidden to a program that is not root. */
  ports: z
    .strictObject({ 80: port.default(8_080), 4028: port.default(14_028), 4433: port.default(14_433) })
    .prefault({}),
  /** `{worker}` in a user becomes the miner's own name: `20x0x17`. */
  pools: z
    .array(
      z.strictObject({
        url: z.string().max(256),
        user: z.string().max(256),
        password: z.string().max(256).default('x'),
      }),
    )
    .max(3)
    .default([]),
  sharesPerMinute: z.number().min(0).max(600).default(6),
  /** How long a miner is away when it reboots, and how long its chips take to their full rate. */
  rebootMs: z.number().int().min(0).max(3_600_000).default(15_000),
  /** Without Stratum, shares are counted as they would come, and no pool is called. */
  stratum: z.boolean().default(true),
  /** A handful of faults: a lost hashboard, a hot miner, a dead fan, one that is silent and one that is off. */
  demoFaults: z.boolean().default(false),
})

export const siteSettings = siteShape
  .transform(asked => ({ ...asked, oneListener: asked.oneListener ?? isLarge(asked.miners) }))
  .refine(asked => !asked.oneListener || !asked.stratum, noShares)
  .refine(asked => asked.oneListener || !isLarge(asked.miners), `above ${mostListenedTo} miners there is one listener`)
export type SiteSettings = z.input<typeof siteSettings>
export type ParsedSiteSettings = z.output<typeof siteSettings>
