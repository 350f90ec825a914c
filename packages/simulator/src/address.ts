/** IPv4 addresses in order: the one that is `by` after this. */
export function addressAfter(address: string, by: number): string {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) + by
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}

/** A worker name as farms make them from the address: `20x0x17`. */
export function workerOf(address: string): string {
  return address.split('.').slice(1).join('x')
}
