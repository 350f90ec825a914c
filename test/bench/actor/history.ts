import { DatabaseSync } from 'node:sqlite'
import { paths, siteHistory } from '@headframe/protocol'
import type { SignedIn } from '../../harness/control-api.ts'
import type { ControlFront } from '../../harness/control-front.ts'
import { siteDatabases } from '../../harness/rows.ts'

/** See beat-store.ts: a beat a minute, for eight days. */
const keptBeats = 11_520
const minuteMs = 60_000
const weekMs = 7 * 24 * 60 * minuteMs
const times = 10

interface HistoryTimes {
  readonly beats: number
  /** Of a week that nobody asked for before, from question to answer. */
  readonly anew: readonly number[]
  /** Of the same week again. */
  readonly again: readonly number[]
}

/** How long a site that is eight days old takes to answer for a week. Its control is ended, and started again. */
export async function timeHistory(
  front: ControlFront,
  { api, site }: SignedIn,
  dataDir: string,
): Promise<HistoryTimes> {
  await front.kill()
  const beats = siteDatabases(dataDir).reduce((sum, path) => sum + fillRing(path, Date.now()), 0)
  await front.start()
  const to = Date.now() - minuteMs
  const ask = async (shift: number) => {
    const startedAt = performance.now()
    const span = `from=${to - weekMs - shift}&to=${to - shift}`
    const { points } = await api.get(`${paths.history(site)}?${span}`, siteHistory)
    if (points.length < 600) throw new Error(`${points.length} points of a week`)
    return performance.now() - startedAt
  }
  // The first wakes the actor.
  await ask(0)
  const [anew, again]: [number[], number[]] = [[], []]
  for (let count = 1; count <= times; count++) anew.push(await ask(count * minuteMs))
  for (let count = 1; count <= times; count++) again.push(await ask(times * minuteMs))
  return { beats, anew, again }
}

/** Puts a beat at every place of the ring that has none; how many there are then. */
function fillRing(path: string, now: number): number {
  const db = new DatabaseSync(path)
  try {
    // Bodies of 93 KB would be a gigabyte. These lie behind the columns on pages of their own as well.
    db.exec(`WITH RECURSIVE place (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM place LIMIT ${keptBeats})
      INSERT OR IGNORE INTO beat_ring SELECT (SELECT min(id) FROM beat_ring) + n,
        ${now} - (${keptBeats} - n) * ${minuteMs}, 5e18, 5e18, 1.6e8, 0, 100, 0, 0, 10, 20, 30, 49840,
        randomblob(5000 + n * 37 % 4000) FROM place`)
    const row = db.prepare('SELECT count(*) AS count FROM beat_ring').get()
    return Number(row?.['count'] ?? 0)
  } finally {
    db.close()
  }
}
