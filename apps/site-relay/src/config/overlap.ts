import { addressText, parseAddresses, type Span } from './addresses.ts'

interface Named {
  readonly name: string
  readonly addresses: string
}

/** One line for each range that begins inside another: an address has one place and one map of ports. */
export function overlaps(ranges: readonly Named[]): string[] {
  const spans = ranges.flatMap(range => spansOf(range).map(span => ({ ...span, name: range.name })))
  const sorted = spans.toSorted((a, b) => a.from - b.from)
  const lines: string[] = []
  let widest: (Span & { readonly name: string }) | null = null
  for (const span of sorted) {
    if (widest && span.from <= widest.to) {
      lines.push(`"${span.name}" and "${widest.name}" both hold ${addressText(span.from)}`)
    }
    if (!widest || span.to > widest.to) widest = span
  }
  return lines
}

function spansOf(range: Named): readonly Span[] {
  const parsed = parseAddresses(range.addresses)
  return parsed.kind === 'addresses' ? parsed.spans : []
}
