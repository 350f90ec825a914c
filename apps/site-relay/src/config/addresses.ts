import ipaddr from 'ipaddr.js'

/** An inclusive span of IPv4 addresses, as numbers. */
export interface Span {
  readonly from: number
  readonly to: number
}

export type Addresses =
  | { readonly kind: 'addresses'; readonly spans: readonly Span[] }
  | { readonly kind: 'bad'; readonly text: string }

/** The most addresses in one range: a /16. */
const maxAddresses = 65_536

/** Reads `10.1.0.0/22`, `10.1.0.10-10.1.3.200`, `10.1.0.7`, and several of these with commas. */
export function parseAddresses(text: string): Addresses {
  const parts = text.split(',').map(part => part.trim())
  const spans: Span[] = []
  for (const part of parts) {
    const span = parsePart(part)
    if (typeof span === 'string') return { kind: 'bad', text: span }
    spans.push(span)
  }
  const count = spans.reduce((sum, span) => sum + span.to - span.from + 1, 0)
  if (count > maxAddresses) return { kind: 'bad', text: `holds ${count} addresses; the most is ${maxAddresses}` }
  return { kind: 'addresses', spans }
}

/** The dotted form of an address number. */
export function addressText(address: number): string {
  return [24, 16, 8, 0].map(shift => (address >>> shift) & 255).join('.')
}

/** The number of a dotted address, or null. */
export function addressNumber(text: string): number | null {
  if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return null
  return ipaddr.IPv4.parse(text).octets.reduce((sum, octet) => sum * 256 + octet, 0)
}

function parsePart(part: string): Span | string {
  const said = `"${part}" is no address, range (10.1.0.10-10.1.3.200) or network (10.1.0.0/22)`
  if (part.includes('/')) return ipaddr.IPv4.isValidCIDRFourPartDecimal(part) ? networkSpan(part) : said
  const [first = '', last = first, ...rest] = part.split('-').map(end => end.trim())
  const from = addressNumber(first)
  const to = addressNumber(last)
  if (from === null || to === null || rest.length > 0) return said
  return from <= to ? { from, to } : `"${part}" ends before it begins`
}

/** The hosts of a network: its first and last address are the network itself and its broadcast (RFC 919), but in a /31 or /32. */
function networkSpan(cidr: string): Span {
  const [address, prefix] = ipaddr.IPv4.parseCIDR(cidr)
  const size = 2 ** (32 - prefix)
  const number = address.octets.reduce((sum, octet) => sum * 256 + octet, 0)
  const base = Math.floor(number / size) * size
  return prefix >= 31 ? { from: base, to: base + size - 1 } : { from: base + 1, to: base + size - 2 }
}
