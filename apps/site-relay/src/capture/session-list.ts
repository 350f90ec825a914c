import type { StratumSession } from '@headframe/protocol'
import type { Logger } from 'pino'
import { isCorrupt, setFileAside, whyOf } from './segment-folder.ts'
import { openSessionIndex, type OwnedSession, type SessionIndex } from './session-index.ts'

/**
 * All sessions: in their file, and the latest changes in memory. The file is written now and then only, since each write
 * would cost as much as the messages themselves; the newest file of messages has what it lacks.
 */
export interface SessionList {
  /** Sessions that changed. */
  add(sessions: readonly OwnedSession[]): void
  /** Brings the file up to date, if the disk lets us. */
  save(): void
  running(): OwnedSession[]
  /** Running ones first, then the latest. */
  list(limit: number): StratumSession[]
  get(id: string): StratumSession | null
  /** Forgets sessions that ended before this, and all but the latest of those that ended. */
  prune(endedBefore: number): void
  bytes(): number
  close(): void
}

export function openSessionList(path: string, log: Logger): SessionList {
  const withIndex = keepIndex(path, log)
  const changed = new Map<string, OwnedSession>()
  let failing = false

  const attempt = (write: (index: SessionIndex) => void) => {
    try {
      withIndex(write)
      failing = false
    } catch (error) {
      if (!failing) log.error(`the list of sessions cannot be written: ${whyOf(error)}`)
      failing = true
    }
  }
  const save = () => {
    if (changed.size === 0) return
    attempt(index => index.write([...changed.values()]))
    const kept = failing ? [...changed].slice(-mostUnsaved) : []
    changed.clear()
    for (const [id, owned] of kept) changed.set(id, owned)
  }
  withIndex(index => index.bytes())

  return {
    save,
    add(sessions) {
      for (const owned of sessions) changed.set(owned.session.id, owned)
      if (changed.size >= mostChanged) save()
    },
    running() {
      const stored = withIndex(index => index.running()).filter(({ session }) => !changed.has(session.id))
      return [...stored, ...changed.values()].filter(({ session }) => session.endedAt === null)
    },
    list(limit) {
      const stored = withIndex(index => index.list(limit + changed.size)).filter(({ id }) => !changed.has(id))
      const all = [...stored, ...[...changed.values()].map(({ session }) => session)]
      return all.sort(runningFirst).slice(0, limit)
    },
    get: id => changed.get(id)?.session ?? withIndex(index => index.get(id)),
    prune: endedBefore => attempt(index => index.prune(endedBefore, mostEnded)),
    bytes: () => withIndex(index => index.bytes()),
    close() {
      save()
      withIndex(index => index.close())
    },
  }
}

/** Changes that make a write worth while. */
const mostChanged = 2000
/** Changes that are kept while the disk is full. */
const mostUnsaved = 20_000
/** Sessions that ended and are still listed, at most. */
const mostEnded = 50_000

function runningFirst(a: StratumSession, b: StratumSession): number {
  return Number(a.endedAt !== null) - Number(b.endedAt !== null) || b.startedAt - a.startedAt
}

/** The list begins anew when its file is damaged; the messages are not in it. */
function keepIndex(path: string, log: Logger): <T>(use: (index: SessionIndex) => T) => T {
  let index: SessionIndex | null = null
  return use => {
    try {
      index ??= openSessionIndex(path)
      return use(index)
    } catch (error) {
      if (!isCorrupt(error)) throw error
      index?.close()
      setFileAside(path, error, log)
      index = openSessionIndex(path)
      return use(index)
    }
  }
}
