import { hash } from './chance.ts'
import type { Timeline } from './timeline.ts'

/** What happened, for the eyes of who mends it; and a hash of it all, by which two runs are compared. */
export interface Trace {
  readonly note: (text: string) => void
  readonly digest: () => string
  readonly tail: (lines: number) => readonly string[]
}

export function createTrace(timeline: Timeline): Trace {
  const lines: string[] = []
  let digest = 0x811c9dc5
  return {
    note: text => {
      const line = `${(timeline.now() / 1000).toFixed(3).padStart(9)} ${text}`
      digest = hash(line, digest)
      lines.push(line)
    },
    digest: () => [digest, timeline.fingerprint()].map(part => part.toString(16).padStart(8, '0')).join(''),
    tail: count => lines.slice(-count),
  }
}
