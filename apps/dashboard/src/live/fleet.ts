import {
  columns,
  createTable,
  minerStates,
  nullCode,
  resizeTable,
  stateOf,
  type Column,
  type LiveTable,
  type MinerId,
  type MinerInfo,
  type MinerState,
  type RelayId,
  type RelayStatus,
} from '@headframe/protocol'
import { searchTextOf } from './search-text.ts'

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
  readonly infos: (MinerInfo | undefined)[] = []
  /** What the search box looks through, lower case. */
  readonly searchTexts: string[] = []
  /** Positions in `minerStates`, or `noMiner`. */
  states: Uint8Array = new Uint8Array(0)
  /** Positions in `relays`. */
  relayOfRow: Uint16Array = new Uint16Array(0)
  table: LiveTable = createTable(0)
  relays: readonly RelayStatus[] = []
  /** Rises when miners come, change or go: what depends on inventory alone is computed once for each. */
  inventoryVersion = 0

  readonly #rows = new Map<MinerId, number>()
  readonly #free: number[] = []
  readonly #relayIds: RelayId[] = []
  /** For each cohort of each relay: the row of each slot, or -1. */
  readonly #slots = new Map<string, Int32Array>()

  get size(): number {
    return this.#rows.size
  }

  /** Cohorts that miners were announced in. */
  get cohorts(): ReadonlySet<string> {
    return new Set(this.#slots.keys())
  }

  rowOf(miner: MinerId): number | undefined {
    return this.#rows.get(miner)
  }

  relayOf(row: number): RelayStatus | undefined {
    const id = this.#relayIds[this.relayOfRow[row] ?? -1]
    return this.relays.find(relay => relay.id === id)
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
    const row = this.#rows.get(info.id) ?? this.#takeRow(info.id)
    const before = this.infos[row]
    const place = cohortKey(relay, info.cohort)
    if (before && (before.cohort !== info.cohort || before.slot !== info.slot)) this.#leaveSlot(row)
    this.infos[row] = info
    this.searchTexts[row] = searchTextOf(info)
    this.relayOfRow[row] = this.#relayIndex(relay)
    this.#slotRows(place)[info.slot] = row
    this.inventoryVersion++
  }

  removeMiner(miner: MinerId): void {
    const row = this.#rows.get(miner)
    if (row === undefined) return
    this.#leaveSlot(row)
    this.#rows.delete(miner)
    this.#free.push(row)
    this.infos[row] = undefined
    this.searchTexts[row] = ''
    this.states[row] = noMiner
    for (const codes of this.table.columns.values()) codes[row] = nullCode
    this.inventoryVersion++
  }

  /** Takes over the rows of a cohort as its relay has them. */
  copyCohort(key: string, cohort: LiveTable): void {
    const rows = this.#slots.get(key)
    if (!rows) return
    for (const [id, codes] of this.table.columns) {
      const from = cohort.columns.get(id)
      if (from) copyRows(codes, from, rows)
    }
  }

  /** Judges the state of every miner anew. */
  judge(now: number): void {
    const clocks = this.#relayIds.map(id => {
      const relay = this.relays.find(relay => relay.id === id)
      const offsetMs = relay?.clockOffsetMs ?? 0
      return {
        now: now + offsetMs,
        staleAfterMs: this.staleAfterMs(relay),
        relaySilent: !relay || relay.silentSince !== null,
      }
    })
    for (const row of this.#rows.values()) {
      const clock = clocks[this.relayOfRow[row] ?? 0]
      if (clock) this.states[row] = minerStates.indexOf(stateOf(this.table, row, clock))
    }
  }

  #takeRow(miner: MinerId): number {
    const row = this.#free.pop() ?? this.infos.length
    if (row >= this.table.slots) this.#grow(Math.max(256, this.table.slots * 2))
    this.#rows.set(miner, row)
    this.states[row] = 0
    return row
  }

  #grow(slots: number): void {
    this.table = resizeTable(this.table, slots)
    this.states = grown(this.states, new Uint8Array(slots).fill(noMiner))
    this.relayOfRow = grown(this.relayOfRow, new Uint16Array(slots))
  }

  #leaveSlot(row: number): void {
    for (const rows of this.#slots.values()) {
      const slot = rows.indexOf(row)
      if (slot >= 0) rows[slot] = -1
    }
  }

  #slotRows(key: string): Int32Array {
    const known = this.#slots.get(key)
    if (known) return known
    const rows = new Int32Array(4096).fill(-1)
    this.#slots.set(key, rows)
    return rows
  }

  #relayIndex(relay: RelayId): number {
    const known = this.#relayIds.indexOf(relay)
    return known >= 0 ? known : this.#relayIds.push(relay) - 1
  }
}

export const cohortKey = (relay: string, cohort: number) => `${relay}/${cohort}`

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
