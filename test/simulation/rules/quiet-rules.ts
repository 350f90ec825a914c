/** What a healthy site that is left alone does, by what crosses its ways and what is written: no more, and no less. */
export interface Quiet {
  readonly ms: number
  readonly controls: number
  readonly boxes: number
  /** By kind, as `Traffic` counts it. */
  readonly counts: ReadonlyMap<string, number>
}

type Bounds = readonly [name: string, least: number, most: number]

/** What is out of bounds; null when nothing is. */
export function breakOfQuiet({ ms, controls, boxes, counts }: Quiet): string | null {
  const of = (name: string) => counts.get(name) ?? 0
  const minutes = ms / 60_000
  const [beats, events, asked] = [of('up beat'), of('up events'), of('up lease')]
  const saved = beats + events + of('up status')
  // A miner that changes makes an event, and a beat before its time.
  const extra = 3 * events
  const pair = boxes > 1
  // One asks every second, the other every two.
  const asks = pair ? 1.5 * (ms / 1000) : 0
  const bounds: readonly Bounds[] = [
    ['up beat', controls * Math.floor(minutes), controls * Math.ceil(minutes) + extra],
    ['up live', 0, controls * minutes * 120 + extra],
    ['up events', 0, controls * 4],
    ['down durable', beats + events - controls, beats + events + controls],
    ['up lease', asks * 0.95, asks * 1.05],
    ['down lease', asked - 3, asked + 3],
    ['up pull', of('down page') - 1, of('down page') + 1],
    ['down page', 0, pair ? controls * minutes * 20 + extra : 0],
    ['down credit', 0, controls * minutes],
    ['up credit', 0, controls * minutes * 2],
    ['control beat_ring', beats - controls, beats + controls],
    ['control keyframe_ring', beats - controls, beats + controls],
    ['up status', 0, controls],
    // Of a miner that somebody still watches.
    ['up detail', 0, controls * minutes * 60],
    ['control relay', saved - controls, saved + controls],
    ['control miner', 0, 8 * events],
    ['control alarm', 0, controls * minutes * 10],
    ['control _alarm', 0, controls * minutes * 10],
    ['box live', 0, minutes * 5],
    ['box miners', 0, 8 + 24 * events],
    ['box cohorts', 0, 8 + events],
    ['box replica', 0, 8 + 8 * events],
    ['box events', 0, 26 * events],
    ['box controls', 0, 2 * events],
    ['box forgotten', 0, 2 * events],
  ]
  const expected = new Set(bounds.map(([name]) => name))
  const other = [...counts.keys()].find(name => !expected.has(name))
  if (other !== undefined) return `${other}, ${of(other)} times`
  const broken = bounds.find(([name, least, most]) => of(name) < least || of(name) > most)
  return broken ? `${broken[0]} ${of(broken[0])} times, of ${broken[1]} to ${broken[2]}` : null
}
