import type { SessionId } from '@headframe/protocol'
import type { SessionTrack } from './track-session.ts'

/** A session that runs, and the run of the proxy that it belongs to. */
export interface Track {
  readonly proxy: string
  readonly id: SessionId
  readonly session: SessionTrack
}

/** Which sessions run, and whose proxy is there. */
export interface Running {
  add(track: Track): void
  forget(track: Track): void
  find(id: SessionId): Track | null
  /** A connection of a proxy; the returned function ends it. */
  connect(proxy: string): () => void
  ofProxy(proxy: string): Track[]
  /** Sessions whose proxy has not been connected for this long. */
  abandoned(forUs: number): Track[]
}

export function createRunning(nowUs: () => number): Running {
  const tracks = new Map<SessionId, Track>()
  const connections = new Map<string, number>()
  const goneSinceUs = new Map<string, number>()
  const startedUs = nowUs()

  return {
    add: track => void tracks.set(track.id, track),
    forget: track => void tracks.delete(track.id),
    find: id => tracks.get(id) ?? null,
    connect(proxy) {
      connections.set(proxy, (connections.get(proxy) ?? 0) + 1)
      return () => {
        const left = (connections.get(proxy) ?? 1) - 1
        if (left > 0) return void connections.set(proxy, left)
        connections.delete(proxy)
        goneSinceUs.set(proxy, nowUs())
      }
    },
    ofProxy: proxy => [...tracks.values()].filter(track => track.proxy === proxy),
    abandoned(forUs) {
      const isGone = (proxy: string) =>
        !connections.has(proxy) && nowUs() - (goneSinceUs.get(proxy) ?? startedUs) >= forUs
      const found = [...tracks.values()].filter(track => isGone(track.proxy))
      for (const proxy of goneSinceUs.keys()) if (isGone(proxy)) goneSinceUs.delete(proxy)
      return found
    },
  }
}
