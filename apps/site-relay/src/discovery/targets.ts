import { addressText, parseAddresses, type RangeConfig } from '../config/index.ts'

/** One address that may hold a miner, and where its ports are. */
export interface Target {
  readonly range: string
  readonly address: string
  /** Where a standard port is found instead: 80 -> 18080. */
  readonly ports: Readonly<Record<string, number>>
}

/** Every address of the configured ranges, and no other [X3]. */
export function* targetsOf(ranges: readonly RangeConfig[]): Generator<Target> {
  for (const range of ranges) {
    const parsed = parseAddresses(range.addresses)
    if (parsed.kind === 'bad') throw new Error(`an unchecked range: ${range.name}`)
    for (const span of parsed.spans) {
      for (let address = span.from; address <= span.to; address += 1) {
        yield { range: range.name, address: addressText(address), ports: range.ports }
      }
    }
  }
}
