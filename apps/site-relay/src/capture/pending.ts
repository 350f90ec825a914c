import type { CopyBytes, CopyEnd, CopyGap } from './copy-record.ts'
import type { Entry } from './entry.ts'
import type { Track } from './running.ts'
import type { CaptureStore } from './store.ts'

/** What is read and not yet on disk, and up to where each proxy's copies are. */
export function createPending({ store, onEntry }: { store: CaptureStore; onEntry: (entry: Entry) => void }) {
  const progress = new Map([...store.progress()].slice(-mostProxies))
  const stored = new Map(progress)
  const changed = new Set<Track>()
  let entries: Entry[] = []
  let dropped = 0

  return {
    add(track: Track, more: readonly Entry[]) {
      changed.add(track)
      for (const entry of more) {
        entries.push(entry)
        onEntry(entry)
      }
    },
    /** False for what was stored before its proxy could know, and is sent again. */
    isNew(proxy: string, record: CopyBytes | CopyGap | CopyEnd): boolean {
      if (record.number <= (progress.get(proxy) ?? 0)) return false
      progress.set(proxy, record.number)
      if (record.kind === 'gap') dropped += record.chunks
      return true
    },
    storedNumber: (proxy: string) => stored.get(proxy) ?? 0,
    count: () => entries.length,
    flush() {
      const isSame = [...progress].every(([proxy, number]) => stored.get(proxy) === number)
      if (entries.length === 0 && changed.size === 0 && isSame) return
      const sessions = [...changed].map(({ proxy, session }) => ({ proxy, session: session.current() }))
      store.write({ entries, sessions, progress: new Map(progress), dropped })
      for (const [proxy, number] of progress) stored.set(proxy, number)
      entries = []
      dropped = 0
      changed.clear()
    },
  }
}

/** Runs of the proxy whose place is remembered; only the last can come back. */
const mostProxies = 16

export type Pending = ReturnType<typeof createPending>
