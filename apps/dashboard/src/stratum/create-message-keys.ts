import type { TailLine } from './create-tail.ts'

/** Arrows, and j and k, choose the next message up or down. */
export function createMessageKeys(deps: {
  readonly lines: () => readonly TailLine[]
  readonly chosen: () => number | null
  readonly choose: (seq: number, index: number) => void
}): (event: KeyboardEvent) => void {
  return event => {
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const places = deps
      .lines()
      .flatMap((line, index) => (line.kind === 'message' ? [{ seq: line.message.seq, index }] : []))
    const now = places.findIndex(place => place.seq === deps.chosen())
    const next = places.at(now < 0 ? -1 : Math.max(0, Math.min(places.length - 1, now + step)))
    if (next) deps.choose(next.seq, next.index)
  }
}

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }
