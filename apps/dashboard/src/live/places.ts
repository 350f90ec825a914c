import { cohortSlots, type RelayId } from '@headframe/protocol'

export interface Place {
  readonly relay: RelayId
  readonly cohort: number
  readonly slot: number
}

interface Cohort {
  readonly relay: RelayId
  readonly cohort: number
  /** In the list of cohorts. */
  readonly position: number
  /** The row of each slot, or -1. */
  readonly rows: Int32Array
}

export const cohortKey = (relay: string, cohort: number) => `${relay}/${cohort}`

/** Where in the cohorts of its relays each row of a fleet is, and the other way round. */
export class Places {
  readonly #cohorts: Cohort[] = []
  readonly #positions = new Map<string, number>()
  /** By row: positions in `#cohorts`, and slots there; -1 for a row without a place. */
  readonly #cohortOf: number[] = []
  readonly #slotOf: number[] = []
  /** By relay and number of the cohort, so that no key is made for each of 50,000 rows. */
  readonly #numbered = new Map<RelayId, (Cohort | undefined)[]>()

  /** Keys of all cohorts that rows are in. */
  keys(): Iterable<string> {
    return this.#positions.keys()
  }

  rowsOf(key: string): Int32Array | undefined {
    return this.#cohorts[this.#positions.get(key) ?? -1]?.rows
  }

  placeOf(row: number): Place | null {
    const found = this.#cohorts[this.#cohortOf[row] ?? -1]
    return found ? { relay: found.relay, cohort: found.cohort, slot: this.#slotOf[row] ?? 0 } : null
  }

  put(row: number, place: Place): void {
    this.leave(row)
    const cohort = this.#numbered.get(place.relay)?.[place.cohort] ?? this.#addCohort(place)
    cohort.rows[place.slot] = row
    this.#cohortOf[row] = cohort.position
    this.#slotOf[row] = place.slot
  }

  leave(row: number): void {
    const rows = this.#cohorts[this.#cohortOf[row] ?? -1]?.rows
    const slot = this.#slotOf[row] ?? -1
    // Another may have taken the slot already.
    if (rows?.[slot] === row) rows[slot] = -1
    this.#cohortOf[row] = -1
  }

  #addCohort({ relay, cohort }: Place): Cohort {
    const added = { relay, cohort, position: this.#cohorts.length, rows: new Int32Array(cohortSlots).fill(-1) }
    this.#cohorts.push(added)
    this.#positions.set(cohortKey(relay, cohort), added.position)
    const numbered = this.#numbered.get(relay) ?? []
    numbered[cohort] = added
    this.#numbered.set(relay, numbered)
    return added
  }
}
