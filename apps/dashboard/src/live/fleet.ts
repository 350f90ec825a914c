import {
  createTable,
  columns,
  minerIdPrefix,
  minerStates,
  nullCode,
  resizeTable,
  stateJudge,
  textAt,
  type Column,
  type LiveTable,
  type MinerId,
  type MinerInfo,
  type MinerState,
  type PackedInventory,
  type RelayId,
  type RelayStatus,
} from '@headframe/protocol'
import { Inventory } from './inventory.ts'
import { Places, type Place } from './places.ts'

/** Told by a row's state when there is no miner in it. */
export const noMiner = 255
const beatMs = 60_000
/** Before the relay says how often it polls. */
const assumedPollMs = 30_000

/**
 * All miners of a site as columns: one row for each, in arrays of codes. Rows are taken in order of arrival and are reused after
 * a removal, so a row number means the same miner until it is removed.
 */
export class Fleet {
  readonly inventory = new Inventory()
  readonly places = new Places()
  /** Positions in `minerStates`, or `noMiner`. */
  states: Uint8Array = new Uint8Array(0)
  table: LiveTable = createTable(0)
  /** Rows that were ever taken. */
  rowCount = 0

  /** By id without what all ids of miners begin with, as packed parts have them: no text is made for a row. */
  readonly #rows = new Map<string, number>()
  readonly #free: number[] = []
  readonly #relayIds: RelayId[] = []
  /** By position in `#relayIds`. */
  #relayOfId: (RelayStatus | undefined)[] = []
  #relays: readonly RelayStatus[] = []
  /** Positions in `#relayIds`. */
  #relayOfRow: Uint16Array = new Uint16Array(0)

  get size(): number {
    return this.#rows.size
  }

  get relays(): readonly RelayStatus[] {
    return this.#relays
  }

  set relays(relays: readonly RelayStatus[]) {
    this.#relays = relays
    this.#relayOfId = this.#relayIds.map(id => relays.find(relay => relay.id === id))
  }

  rowOf(miner: MinerId): number | undefined {
    return this.#rows.get(bareId(miner))
  }

  has(row: number): boolean {
    return (this.states[row] ?? noMiner) !== noMiner
  }

  relayOf(row: number): RelayStatus | undefined {
    return this.#relayOfId[this.#relayOfRow[row] ?? -1]
  }

  /** What is known of a miner beside its values. */
  infoAt(row: number): MinerInfo | undefined {
    return this.inventory.infoAt(row)
  }

  /** The clock of the relay that stamped a row's times, less that of control. */
  clockOffsetAt(row: number): number {
    return this.relayOf(row)?.clockOffsetMs ?? 0
  }

  /** A value older than this is stale: two beats, and two polls where those are slower. */
  staleAfterMs(relay: RelayStatus | undefined): number {
    return 2 * Math.max(beatMs, relay?.pollEveryMs ?? assumedPollMs)
  }

  /** The codes of a column by row. */
  codes(column: Column): Int32Array {
    return this.table.columns.get(column.id) ?? noCodes
  }

  /** Bits of the problems that a row has now; what a silent miner last said is not known to hold. */
  problemBitsAt(row: number): number {
    const state = this.stateAt(row)
    const bits = this.codes(columns.problems)[row] ?? nullCode
    return bits === nullCode || state === 'unknown' || state === 'offline' ? 0 : bits
  }

  stateAt(row: number): MinerState {
    return minerStates[this.states[row] ?? 0] ?? 'unknown'
  }

  putMiner(relay: RelayId, info: MinerInfo): void {
    const row = this.#settle(bareId(info.id), { relay, cohort: info.cohort, slot: info.slot })
    if (row !== null) this.inventory.put(row, info)
  }

  putPacked(packed: PackedInventory): void {
    const { relay } = packed
    const part = this.inventory.add(packed)
    this.#reserve(this.rowCount + packed.count)
    for (let place = 0; place < packed.count; place++) {
      const [cohort, slot] = [packed.cohort[place] ?? 0, packed.slot[place] ?? 0]
      const row = this.#settle(textAt(packed.id, place) ?? '', { relay, cohort, slot })
      if (row !== null) this.inventory.place(row, part, place)
    }
  }

  removeMiner(miner: MinerId): void {
    const row = this.rowOf(miner)
    if (row === undefined) return
    this.places.leave(row)
    this.inventory.remove(row)
    this.#rows.delete(bareId(miner))
    this.#free.push(row)
    this.states[row] = noMiner
    for (const codes of this.table.columns.values()) codes[row] = nullCode
  }

  /** Takes over the rows of a cohort as its relay has them. */
  copyCohort(key: string, cohort: LiveTable): void {
    const rows = this.places.rowsOf(key)
    if (!rows) return
    for (const [id, codes] of this.table.columns) {
      const from = cohort.columns.get(id)
      if (from) copyRows(codes, from, rows)
    }
  }

  /** Judges the state of every miner anew. */
  judge(now: number): void {
    const judges = this.#relayOfId.map(relay =>
      stateJudge(this.table, {
        // Rows carry times by the clock of their relay.
        now: now + (relay?.clockOffsetMs ?? 0),
        staleAfterMs: this.staleAfterMs(relay),
        relaySilent: !relay || relay.silentSince !== null,
      }),
    )
    for (let row = 0; row < this.rowCount; row++) {
      const judge = judges[this.#relayOfRow[row] ?? 0]
      if (judge && this.has(row)) this.states[row] = minerStates.indexOf(judge.stateOf(row))
    }
  }

  /** The row of a miner, at its place; `null` when a relay that enrolled later speaks for it, as control has it. */
  #settle(bare: string, place: Place): number | null {
    const known = this.#rows.get(bare)
    if (known !== undefined && this.#isLater(this.relayOf(known)?.id, place.relay)) return null
    const row = known ?? this.#takeRow(bare)
    this.#relayOfRow[row] = this.#relayPosition(place.relay)
    this.places.put(row, place)
    return row
  }

  /** True when `held` enrolled after `telling`: relays are in that order. */
  #isLater(held: RelayId | undefined, telling: RelayId): boolean {
    if (held === undefined || held === telling) return false
    const place = (id: RelayId) => this.#relays.findIndex(relay => relay.id === id)
    return place(held) > place(telling)
  }

  #takeRow(bare: string): number {
    const row = this.#free.pop() ?? this.rowCount++
    this.#reserve(row + 1)
    this.#rows.set(bare, row)
    this.states[row] = 0
    return row
  }

  #reserve(rows: number): void {
    if (rows <= this.table.slots) return
    const slots = Math.max(256, rows, this.table.slots * 2)
    this.table = resizeTable(this.table, slots)
    this.states = grown(this.states, new Uint8Array(slots).fill(noMiner))
    this.#relayOfRow = grown(this.#relayOfRow, new Uint16Array(slots))
  }

  #relayPosition(relay: RelayId): number {
    const known = this.#relayIds.indexOf(relay)
    if (known >= 0) return known
    this.#relayOfId.push(this.#relays.find(one => one.id === relay))
    return this.#relayIds.push(relay) - 1
  }
}

const bareId = (miner: MinerId) => miner.slice(minerIdPrefix.length)

const noCodes = new Int32Array(0)

function copyRows(to: Int32Array, from: Int32Array, rows: Int32Array): void {
  for (let slot = 0; slot < rows.length; slot++) {
    const row = rows[slot] ?? -1
    if (row >= 0) to[row] = from[slot] ?? nullCode
  }
}

function grown<T extends Uint8Array | Uint16Array>(from: T, to: T): T {
  to.set(from)
  return to
}
