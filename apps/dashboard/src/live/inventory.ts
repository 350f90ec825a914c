import { minerIdInRow, minerInRow, type MinerId, type MinerInfo, type PackedInventory } from '@headframe/protocol'

/** Miners as they came, a place each: 50,000 of them are some strings and arrays, not 50,000 objects. */
export interface Part {
  readonly packed: PackedInventory
  /** The row of the fleet that each place has, or -1 when its miner was told anew since, or removed. */
  readonly rows: Int32Array
  /** Places that have a row. */
  used: number
}

/** Miners that were asked for one by one and are kept ready: some screens full. */
const mostMade = 1000

/** What is known of the miners of a fleet beside their values, by row. A miner is made an object when someone asks for it. */
export class Inventory {
  /** Rises when miners come, change or go: what depends on inventory alone is computed once for each. */
  version = 0
  readonly #parts = new Set<Part>()
  readonly #partOfRow: (Part | undefined)[] = []
  readonly #placeOfRow: number[] = []
  /** Those that were told alone, after the copy. */
  readonly #single = new Map<number, MinerInfo>()
  readonly #made = new Map<number, MinerInfo>()

  get parts(): Iterable<Part> {
    return this.#parts
  }

  get single(): ReadonlyMap<number, MinerInfo> {
    return this.#single
  }

  partOf(row: number): Part | undefined {
    return this.#partOfRow[row]
  }

  /** Where in its part a row is. */
  placeOf(row: number): number {
    return this.#placeOfRow[row] ?? -1
  }

  infoAt(row: number): MinerInfo | undefined {
    const known = this.#single.get(row) ?? this.#made.get(row)
    if (known) return known
    const part = this.#partOfRow[row]
    if (!part) return undefined
    if (this.#made.size >= mostMade) this.#made.clear()
    const made = minerInRow(part.packed, this.placeOf(row))
    this.#made.set(row, made)
    return made
  }

  idAt(row: number): MinerId | undefined {
    const part = this.#partOfRow[row]
    return part ? minerIdInRow(part.packed, this.placeOf(row)) : this.#single.get(row)?.id
  }

  put(row: number, info: MinerInfo): void {
    this.remove(row)
    this.#single.set(row, info)
  }

  /** Its places have no rows yet, see `place`. */
  add(packed: PackedInventory): Part {
    const part = { packed, rows: new Int32Array(packed.count).fill(-1), used: 0 }
    this.#parts.add(part)
    this.version++
    return part
  }

  place(row: number, part: Part, place: number): void {
    this.remove(row)
    this.#partOfRow[row] = part
    this.#placeOfRow[row] = place
    part.rows[place] = row
    part.used++
  }

  remove(row: number): void {
    this.version++
    this.#single.delete(row)
    this.#made.delete(row)
    const part = this.#partOfRow[row]
    if (!part) return
    this.#partOfRow[row] = undefined
    part.rows[this.placeOf(row)] = -1
    part.used--
    if (part.used === 0) this.#parts.delete(part)
  }
}
