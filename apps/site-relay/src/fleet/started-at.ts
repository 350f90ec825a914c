/** A start that moves by less than this is the same start: uptimes come in whole seconds, late, and from clocks that drift. */
const sameStartMs = 90_000

/** When mining began, held still while the miner tells the same start. */
export function startedAtOf(reading: { readonly at: number; readonly uptimeS: number | null }, before: number | null) {
  if (reading.uptimeS === null) return null
  const startedAt = reading.at - reading.uptimeS * 1000
  return before !== null && Math.abs(startedAt - before) < sameStartMs ? before : startedAt
}
