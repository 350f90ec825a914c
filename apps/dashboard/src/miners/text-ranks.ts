import type { Fleet } from '../live/fleet.ts'
import type { Inventory } from '../live/inventory.ts'
import { activeUrlReader } from './active-pool.ts'
import { kindsIn, textOf } from './find-text.ts'
import { numberTexts } from './number-texts.ts'

/** Place of a row's text among all; `NaN` when it has none. */
type RankReader = (row: number) => number

interface Ranks {
  readonly version: number
  readonly ranks: Float64Array
}
const cache = new WeakMap<Inventory, Map<string, Ranks>>()

/** Ranks by what inventory alone tells: found once for each inventory. */
export function rankReader(fleet: Fleet, by: string): RankReader {
  const { inventory } = fleet
  const cached = cache.get(inventory) ?? new Map<string, Ranks>()
  cache.set(inventory, cached)
  const known = cached.get(by)
  const ranks = known?.version === inventory.version ? known.ranks : ranksOf(fleet, by)
  cached.set(by, { version: inventory.version, ranks })
  return row => ranks[row] ?? Number.NaN
}

/** Ranks by the address of the pool in use, which changes with the values. */
export function poolRanks(fleet: Fleet): RankReader {
  const urls = new Set<string>()
  activeUrls(fleet, url => void urls.add(url))
  const ranks = ranked(urls)
  const read = activeUrlReader(fleet, url => ranks.get(url))
  return row => read(row) ?? Number.NaN
}

function activeUrls({ inventory }: Fleet, take: (url: string) => void): void {
  for (const { packed } of inventory.parts) for (const url of packed.poolUrls.words.flat()) if (url !== null) take(url)
  for (const info of inventory.single.values()) for (const { url } of info.pools) if (url !== null) take(url)
}

function ranksOf(fleet: Fleet, by: string): Float64Array {
  if (by === 'mac') return macRanks(fleet)
  return by === 'model' || by === 'firmware' ? kindRanks(fleet, by) : new Float64Array(0)
}

function kindRanks({ inventory, rowCount }: Fleet, field: 'model' | 'firmware'): Float64Array {
  const singles = [...inventory.single].map(([row, info]) => ({ row, text: textOf[field](info).toLowerCase() }))
  const parts = [...inventory.parts].flatMap(part => kindsIn(part.packed, field).map(kinds => ({ part, kinds })))
  const ranks = ranked(new Set([...parts.flatMap(({ kinds }) => kinds.texts), ...singles.map(({ text }) => text)]))
  const all = new Float64Array(rowCount).fill(Number.NaN)
  for (const { part, kinds } of parts) {
    const rankOf = kinds.texts.map(text => ranks.get(text) ?? Number.NaN)
    part.rows.forEach((row, place) => (row < 0 ? 0 : (all[row] = rankOf[kinds.index[place] ?? 0] ?? Number.NaN)))
  }
  for (const { row, text } of singles) all[row] = ranks.get(text) ?? Number.NaN
  return all
}

/** Those that are no MACs come after those that are, as texts. */
function macRanks(fleet: Fleet): Float64Array {
  const { numbers, others } = numberTexts(fleet, 'mac')
  const sorted = numbers.toSorted()
  const ranks = numbers.map(number => (number < 0 ? Number.NaN : placeIn(sorted, number)))
  const texts = ranked(new Set(others.map(other => other.text)))
  for (const { row, text } of others) ranks[row] = sorted.length + (texts.get(text) ?? 0)
  return ranks
}

/** Where a number first stands in a sorted list that has it. */
function placeIn(sorted: Float64Array, number: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0) < number) low = middle + 1
    else high = middle
  }
  return low
}

/** The empty text is not told, and has no rank. */
function ranked(texts: ReadonlySet<string>): ReadonlyMap<string, number> {
  return new Map(
    [...texts]
      .filter(text => text !== '')
      .sort()
      .map((text, place) => [text, place]),
  )
}
