import { z } from 'zod'
import type { PoolSetting } from '../pool.ts'

/** What `get_miner_conf.cgi` gives beside the pools; it outlives a reboot. */
export interface Settings {
  readonly fanControl: boolean
  readonly fanPwm: string
  readonly workMode: string
  readonly frequencyLevel: string
  readonly frequency: string
  readonly voltage: string
}

export const factorySettings: Settings = {
  fanControl: false,
  fanPwm: '100',
  workMode: '0',
  frequencyLevel: '100',
  frequency: '650',
  voltage: '0706',
}

export interface Configuration {
  readonly settings: Settings
  readonly pools: readonly PoolSetting[]
}

/** As the web of 2020 and later gives it. */
export function jsonConfiguration({ settings, pools }: Configuration): Record<string, unknown> {
  return {
    'bitmain-fan-ctrl': settings.fanControl,
    'bitmain-fan-pwm': settings.fanPwm,
    'bitmain-use-vil': true,
    'bitmain-freq-level': settings.frequencyLevel,
    'bitmain-work-mode': settings.workMode,
    pools: threeRows(pools),
    ...api,
  }
}

/** As the form generation gives it: its configuration file, as it is. */
export function formConfiguration({ settings, pools }: Configuration): Record<string, unknown> {
  return {
    pools: threeRows(pools),
    ...api,
    ...(settings.fanControl ? { 'bitmain-fan-ctrl': true, 'bitmain-fan-pwm': settings.fanPwm } : {}),
    'bitmain-use-vil': true,
    'bitmain-freq': settings.frequency,
    'bitmain-voltage': settings.voltage,
  }
}

const api = {
  'api-listen': true,
  'api-network': true,
  'api-groups': 'A:stats:pools:devs:summary:version',
  'api-allow': 'A:0/0,W:*',
} as const

function threeRows(pools: readonly PoolSetting[]) {
  return Array.from({ length: 3 }, (_, slot) => {
    const pool = pools[slot]
    return { url: pool?.url ?? '', user: pool?.user ?? '', pass: pool?.password ?? '' }
  })
}

const word = z.union([z.string().max(64), z.number()]).transform(String)
const field = z.string().max(256)
const poolRows = z.array(z.object({ url: field, user: field, pass: field })).max(3)

const posted = z.object({
  'bitmain-fan-ctrl': z.boolean().optional(),
  'bitmain-fan-pwm': word.optional(),
  // Read by one name and written by another; some builds want both.
  'miner-mode': word.optional(),
  'bitmain-work-mode': word.optional(),
  'freq-level': word.optional(),
  pools: poolRows.optional(),
})

/** What a POST of JSON makes of the configuration; `null` when it is refused. */
export function withJson(before: Configuration, body: unknown, whole: boolean): Configuration | null {
  const asked = posted.safeParse(body)
  if (!asked.success) return null
  const { data } = asked
  if (whole && !isWhole(data)) return null
  return {
    settings: {
      ...before.settings,
      fanControl: data['bitmain-fan-ctrl'] ?? before.settings.fanControl,
      fanPwm: data['bitmain-fan-pwm'] ?? before.settings.fanPwm,
      workMode: data['miner-mode'] ?? data['bitmain-work-mode'] ?? before.settings.workMode,
      frequencyLevel: data['freq-level'] ?? before.settings.frequencyLevel,
    },
    pools: data.pools?.map(({ url, user, pass }) => ({ url, user, password: pass })) ?? before.pools,
  }
}

function isWhole(data: z.infer<typeof posted>): boolean {
  return (
    data['bitmain-fan-ctrl'] !== undefined &&
    data['bitmain-fan-pwm'] !== undefined &&
    data['miner-mode'] !== undefined &&
    data['freq-level'] !== undefined &&
    data.pools?.length === 3
  )
}

const formFields = [
  ...[1, 2, 3].flatMap(slot => [`_ant_pool${slot}url`, `_ant_pool${slot}user`, `_ant_pool${slot}pw`]),
  '_ant_nobeeper',
  '_ant_notempoverctrl',
  '_ant_fan_customize_switch',
  '_ant_fan_customize_value',
  '_ant_freq',
  '_ant_voltage',
]

/**
 * What a POST of the form makes of the configuration. The script of the S9 goes by position, not by name, and writes all
 * anew: a field that is missing is lost, one in the wrong place keeps its name in its value.
 */
export function withForm(before: Configuration, body: string): Configuration {
  const parts = body.split('&')
  const at = (name: string) => {
    const position = formFields.indexOf(name)
    return decoded(parts[position] ?? '').replace(`${name}=`, '')
  }
  return {
    settings: {
      ...before.settings,
      fanControl: at('_ant_fan_customize_switch') === 'true',
      fanPwm: at('_ant_fan_customize_value'),
      frequency: at('_ant_freq'),
      voltage: at('_ant_voltage') || factorySettings.voltage,
    },
    pools: [1, 2, 3].map(slot => ({
      url: at(`_ant_pool${slot}url`),
      user: at(`_ant_pool${slot}user`),
      password: at(`_ant_pool${slot}pw`),
    })),
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    return part
  }
}
