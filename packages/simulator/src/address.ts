/** An IPv4 address as a number. */
export function addressNumber(address: string): number {
  let number = 0
  for (const part of address.split('.')) number = number * 256 + Number(part)
  return number
}

/** IPv4 addresses in order: the one that is `by` after this. */
export function addressAfter(address: string, by: number): string {
  const number = addressNumber(address) + by
  return [24, 16, 8, 0].map(shift => Math.floor(number / 2 ** shift) % 256).join('.')
}

/** A worker name as farms make them from the address: `20x0x17`. */
export function workerOf(address: string): string {
  return address.split('.').slice(1).join('x')
}
