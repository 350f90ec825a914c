/** Rounded to so many decimals. */
export function rounded(value: number, decimals = 2): number {
  return Number(value.toFixed(decimals))
}
