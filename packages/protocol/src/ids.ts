import { z } from 'zod'

/** Opaque ids: a prefix that says what it names, then 16 to 64 url-safe characters. Made with `newId`. */
const id = <B extends string>(prefix: string, _brand: B) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[A-Za-z0-9]{8,64}$`))
    .brand<B>()

export const orgId = id('org', 'OrgId')
export const siteId = id('site', 'SiteId')
export const relayId = id('relay', 'RelayId')
export const minerId = id('miner', 'MinerId')
export const personId = id('person', 'PersonId')
export const commandId = id('cmd', 'CommandId')
/** One running Stratum connection through the proxy. */
export const sessionId = id('session', 'SessionId')
/** One installation of control: local or hosted. */
export const controlId = id('control', 'ControlId')

export type OrgId = z.infer<typeof orgId>
export type SiteId = z.infer<typeof siteId>
export type RelayId = z.infer<typeof relayId>
export type MinerId = z.infer<typeof minerId>
export type PersonId = z.infer<typeof personId>
export type CommandId = z.infer<typeof commandId>
export type SessionId = z.infer<typeof sessionId>
export type ControlId = z.infer<typeof controlId>

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz'

const kinds = {
  org: orgId,
  site: siteId,
  relay: relayId,
  miner: minerId,
  person: personId,
  cmd: commandId,
  session: sessionId,
  control: controlId,
}

/**
 * A new id of 20 random characters (113 bits).
 * @param random fills a fresh array with random bytes: `bytes => crypto.getRandomValues(bytes)`
 */
export function newId<K extends keyof typeof kinds>(
  kind: K,
  random: (bytes: Uint8Array) => Uint8Array,
): z.infer<(typeof kinds)[K]>
export function newId(kind: keyof typeof kinds, random: (bytes: Uint8Array) => Uint8Array): string {
  const text = Array.from(random(new Uint8Array(20)), byte => alphabet.charAt(byte % alphabet.length)).join('')
  return kinds[kind].parse(`${kind}_${text}`)
}
