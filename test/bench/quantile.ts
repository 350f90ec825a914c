/** The value that this part of them does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]) => quantile(values, 0.5)

/** Rounded, so that nobody reads noise as precision. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}
