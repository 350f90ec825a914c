import type { ActorDisk } from '../actor/sql-storage.ts'

/** A minute, and what a beat may be late. */
const longestHoleMs = 200_000

/**
 * The first hole in the history that a control has of its relay: from its first minute to its last there is a minute
 * every minute, or a gap that is marked [S5]. Null when there is none. Says nothing once a clock was set.
 */
export function holeIn(disk: ActorDisk): readonly [from: number, to: number] | null {
  const read = (query: string) =>
    disk
      .exec(query)
      .toArray()
      .map(row => [Number(row['a']), Number(row['b'])] as const)
  const parts = [
    ...read('SELECT at AS a, at AS b FROM beat_ring'),
    ...read('SELECT at AS a, at AS b FROM backfill_minute'),
    ...read('SELECT fromAt AS a, toAt AS b FROM history_gap'),
  ].toSorted((one, other) => one[0] - other[0])
  let reached = parts[0]?.[0] ?? 0
  for (const [from, to] of parts) {
    if (from - reached > longestHoleMs) return [reached, from]
    reached = Math.max(reached, to)
  }
  return null
}
