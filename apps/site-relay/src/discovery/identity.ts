import type { MinerId, MinerInfo } from '@headframe/protocol'

/** What tells machines apart. An address is a locator, a MAC good evidence, a serial better. */
export type Evidence = Pick<MinerInfo, 'address' | 'driver' | 'mac' | 'serial'>

export interface KnownMiners {
  readonly at: (address: string) => MinerInfo | null
  readonly withMac: (mac: string) => readonly MinerInfo[]
  readonly withSerial: (serial: string) => readonly MinerInfo[]
}

export type Placement =
  /** The miner that we know at this address. */
  | { readonly kind: 'same'; readonly id: MinerId }
  /** A miner that we know from another address, where it is no more. */
  | { readonly kind: 'moved'; readonly id: MinerId }
  | { readonly kind: 'new' }
  /** A new one that shows the MAC or serial of another that is still there: two entries, and people are told. */
  | { readonly kind: 'duplicate'; readonly of: MinerId }
  /** It may be this one: first see whether that still answers where it was. */
  | { readonly kind: 'verify'; readonly id: MinerId }

/** @param stillThere whether a miner was just seen at its old address; null when nobody looked */
export function placeMiner(
  found: Evidence,
  known: KnownMiners,
  stillThere: (id: MinerId) => boolean | null,
): Placement {
  const here = known.at(found.address)
  const proof = here && agreement(here, found)
  if (here && proof === true) return { kind: 'same', id: here.id }
  const match = sole(macMatches(found, known)) ?? sole(serialMatches(found, known))
  // Nothing speaks against the miner that we know here, and no other one is looked for.
  if (here && !match && proof === null && here.driver === found.driver) return { kind: 'same', id: here.id }
  if (!match) return { kind: 'new' }
  const seen = match.address === '' ? false : stillThere(match.id)
  if (seen === null) return { kind: 'verify', id: match.id }
  return seen ? { kind: 'duplicate', of: match.id } : { kind: 'moved', id: match.id }
}

/** Whether two tell of one machine: the serial outlives a new control board with its MAC. null when neither is told by both. */
export function agreement(a: Pick<Evidence, 'mac' | 'serial'>, b: Pick<Evidence, 'mac' | 'serial'>): boolean | null {
  return agrees(a.serial, b.serial) ?? agrees(a.mac, b.mac)
}

const agrees = (a: string | null, b: string | null) => (a === null || b === null ? null : a === b)

function macMatches(found: Evidence, known: KnownMiners): readonly MinerInfo[] {
  return found.mac !== null && isGlobalMac(found.mac) ? known.withMac(found.mac) : []
}

const serialMatches = (found: Evidence, known: KnownMiners) =>
  found.serial === null || found.serial === '' ? [] : known.withSerial(found.serial)

/** Evidence that fits several is no evidence. */
const sole = (miners: readonly MinerInfo[]) => (miners.length === 1 ? (miners[0] ?? null) : null)

/** Locally administered (IEEE 802, second lowest bit of the first byte) and group addresses are not unique in the world. */
export function isGlobalMac(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 3) === 0
}
