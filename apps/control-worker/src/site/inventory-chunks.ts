import type { InventoryPlace } from './inventory.ts'

/** Some miners of one relay, packed. */
export interface InventoryChunk {
  /** `null` when none of them can be told. */
  readonly message: Uint8Array<ArrayBuffer> | null
  /** The last of them: where the next chunk begins after. */
  readonly last: InventoryPlace
}

/** Chunks as they were packed, for as long as no miner between their ends changes. */
export interface InventoryChunks {
  /** The chunk that begins after a place. */
  at(from: InventoryPlace): InventoryChunk | null
  /** Where the first chunk after a place begins: none that is packed anew may go past that. */
  nextAfter(from: InventoryPlace): InventoryPlace | null
  keep(from: InventoryPlace, chunk: InventoryChunk): void
  /** A miner came, changed or went. */
  changed(miner: InventoryPlace): void
  clear(): void
}

/** An isolate has 128 MB for all that is in it. 100,000 miners take 3 MB. */
const maxBytes = 4 * 1024 * 1024

interface Kept {
  readonly from: InventoryPlace
  readonly chunk: InventoryChunk
}

export function createInventoryChunks(): InventoryChunks {
  /** The oldest first. */
  let chunks: readonly Kept[] = []

  return {
    at: from => chunks.find(each => compare(each.from, from) === 0)?.chunk ?? null,
    nextAfter: from => {
      const later = chunks.filter(each => compare(each.from, from) > 0).map(each => each.from)
      return later.length === 0 ? null : later.reduce((least, each) => (compare(each, least) < 0 ? each : least))
    },
    keep(from, chunk) {
      chunks = newestThatFit([...chunks, { from, chunk }])
    },
    changed(miner) {
      const holds = ({ from, chunk }: Kept) => compare(from, miner) < 0 && compare(miner, chunk.last) <= 0
      if (chunks.some(holds)) chunks = chunks.filter(each => !holds(each))
    },
    clear() {
      chunks = []
    },
  }
}

function newestThatFit(chunks: readonly Kept[]): readonly Kept[] {
  const bytes = chunks.reduce((sum, { chunk }) => sum + (chunk.message?.length ?? 0), 0)
  return bytes > maxBytes ? newestThatFit(chunks.slice(1)) : chunks
}

/** As SQLite compares (relay, id): all of it is ASCII. */
function compare(a: InventoryPlace, b: InventoryPlace): number {
  if (a.relay !== b.relay) return a.relay < b.relay ? -1 : 1
  if (a.miner === b.miner) return 0
  return a.miner < b.miner ? -1 : 1
}
