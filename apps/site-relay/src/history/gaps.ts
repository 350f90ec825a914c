import { longestStepMs, type GapReason } from '@headframe/protocol'
import type { Shelf } from './shelf.ts'

/** A time of which no history is held. */
export interface Gap {
  readonly fromAt: number
  readonly toAt: number
  readonly reason: GapReason
}

/** The holes between what is held, oldest first. */
export function gapsIn(shelf: Shelf): Gap[] {
  const held = shelf.held()
  return held.slice(1).flatMap((segment, index) => {
    const before = held[index]
    const fromAt = (before?.readable ?? before?.first)?.at ?? 0
    const toAt = segment.first.at
    if (toAt - fromAt <= longestStepMs) return []
    const isDamaged = before?.readable !== before?.last
    return [{ fromAt, toAt, reason: isDamaged ? 'disk' : (shelf.header(segment)?.before ?? 'stopped') }]
  })
}

/** Up to where history was deleted to make room, epoch ms; `null` when none was. */
export function deletedThroughAt(shelf: Shelf): number | null {
  const [oldest] = shelf.held()
  return (oldest && shelf.header(oldest)?.previous?.at) ?? null
}
