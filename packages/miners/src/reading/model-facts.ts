/** What the maker builds into a machine of one name. */
export type ModelFacts = {
  readonly boards: number | null
  /** Chips on one hashboard. */
  readonly chips: number | null
  readonly fans: number | null
  readonly algorithm: string | null
  readonly nameplateHs: number | null
}

/** Names are written in several ways: `Antminer S21 Hyd.`, `S21 Hydro`, `M30S++_VG40`. */
export function modelKey(model: string): string {
  return model
    .toUpperCase()
    .replace(/^\s*(?:BITMAIN\s+)?(?:ANTMINER|WHATSMINER)\s+/, '')
    .replace('HYDRO', 'HYD')
    .replaceAll(/[\s._-]/g, '')
}
