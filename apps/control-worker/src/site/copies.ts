import { deflateRawSync } from 'node:zlib'
import {
  packMessages,
  reencodeFrame,
  type CommandEntry,
  type Frame,
  type RelayId,
  type ToDashboard,
} from '@headframe/protocol'
import { commandTexts } from './command-texts.ts'
import { change, hasRoomForCopy, send, type Dashboard } from './dashboard.ts'
import type { PackedFrames } from './frames.ts'
import type { InventoryPlace, NextChunk } from './inventory.ts'
import type { CohortPlace, DashboardSeat } from './seat.ts'

/** What a dashboard starts from. */
export interface CopySource {
  site(seat: DashboardSeat): ToDashboard
  /** All cohorts that have frames, in a fixed order. */
  cohorts(): readonly CohortPlace[]
  /** Messages that bring an empty follower of a cohort here; `fresh` when they were made now. */
  frames(place: CohortPlace): { readonly messages: readonly Uint8Array<ArrayBuffer>[]; readonly fresh: boolean }
  inventory(after: InventoryPlace | null): NextChunk | null
  /** To name at the end of a copy. */
  firstRelay(): RelayId | null
  recentCommands(): CommandEntry[]
  /** A dashboard has all of its copy. */
  finished(dashboard: Dashboard): void
}

/** A crowd is served one after another: most have theirs sooner than if all were served at once, and the rest not later. */
const copiesAtOnce = 16
/** One that takes nothing for so long does not keep the others waiting. */
const slowAfterMs = 2000

/**
 * Copies of the site on their way to dashboards. Each acknowledgement lets one go on, and no turn makes more than one
 * new piece of one copy: others find that piece made.
 */
export class Copies {
  readonly #source: CopySource
  readonly #now: () => number
  readonly #active = new Set<Dashboard>()
  readonly #waiting = new Set<Dashboard>()

  constructor(source: CopySource, now: () => number) {
    this.#source = source
    this.#now = now
  }

  /** Takes a dashboard up again after a sleep. */
  woken(dashboard: Dashboard): void {
    if (dashboard.seat.copy !== null) this.#active.add(dashboard)
    else if (dashboard.seat.dirty) this.#waiting.add(dashboard)
  }

  forget(dashboard: Dashboard): void {
    this.#active.delete(dashboard)
    this.#waiting.delete(dashboard)
  }

  /** It starts over as soon as there is room for it, on its socket and among the others. */
  want(dashboard: Dashboard): void {
    const ahead = this.#active.size + this.#waiting.size
    this.forget(dashboard)
    this.#waiting.add(dashboard)
    change(dashboard, { dirty: true, copy: null })
    this.admit()
    if (this.#waiting.has(dashboard) && hasRoomForCopy(dashboard)) {
      this.#send(dashboard, JSON.stringify({ type: 'wait', ahead } satisfies ToDashboard))
    }
  }

  goOn(dashboard: Dashboard): void {
    while (dashboard.seat.copy !== null && hasRoomForCopy(dashboard)) if (!this.#sendPiece(dashboard)) return
  }

  /** Lets those that wait begin. */
  admit(): void {
    for (const dashboard of this.#waiting) {
      if (this.#busy() >= copiesAtOnce) return
      if (!hasRoomForCopy(dashboard)) continue
      this.#waiting.delete(dashboard)
      this.#active.add(dashboard)
      dashboard.pending = new Set()
      const copy = { frames: null, miners: null }
      change(dashboard, { dirty: false, copy, commandsBehind: false, progressAt: this.#now() })
      this.#send(dashboard, JSON.stringify(this.#source.site(dashboard.seat)))
      this.goOn(dashboard)
    }
  }

  /** When one that takes nothing stops keeping the others waiting; `null` while nobody waits for that. */
  nextTurnAt(): number | null {
    if (this.#waiting.size === 0) return null
    const turns = [...this.#active].map(({ seat }) => seat.progressAt + slowAfterMs).filter(at => at > this.#now())
    return turns.length === 0 ? null : Math.min(...turns)
  }

  /** True while a dashboard lacks tables that a beat could be a difference from. */
  lacksTables({ seat }: Dashboard): boolean {
    return seat.copy !== null && seat.copy.frames !== 'all'
  }

  /** What such a dashboard can follow of a beat: the frames of cohorts that its copy came to. It gets the others later, as they are then. */
  partOf(beat: PackedFrames): (dashboard: Dashboard) => readonly Uint8Array<ArrayBuffer>[] {
    const cohorts = this.#source.cohorts()
    const made = new Map<number, readonly Uint8Array<ArrayBuffer>[]>()
    return ({ seat }) => {
      const reached = placeOf(cohorts, placeReached(seat))
      const known = made.get(reached)
      if (known !== undefined) return known
      const frames = beat.frames.filter(({ header }) => {
        const place = placeOf(cohorts, header)
        return place >= 0 && place <= reached
      })
      const messages = frames.length === beat.frames.length ? [beat.message] : repacked(frames)
      made.set(reached, messages)
      return messages
    }
  }

  restartFrames(dashboard: Dashboard): void {
    change(dashboard, { copy: { frames: null, miners: null } })
    this.goOn(dashboard)
  }

  #busy(): number {
    let busy = 0
    for (const { seat } of this.#active) if (this.#now() - seat.progressAt < slowAfterMs) busy++
    return busy
  }

  /** False when that was enough for one turn: its acknowledgement brings the next. */
  #sendPiece(dashboard: Dashboard): boolean {
    const { copy } = dashboard.seat
    if (copy === null) return false
    if (copy.frames !== 'all') return this.#sendFrames(dashboard, copy.frames)
    const chunk = this.#source.inventory(copy.miners)
    if (chunk === null) return this.#finish(dashboard)
    const also = { copy: { frames: 'all', miners: chunk.last } } as const
    if (chunk.message === null) change(dashboard, also)
    else this.#send(dashboard, chunk.message, also)
    return !chunk.fresh || chunk.message === null
  }

  #sendFrames(dashboard: Dashboard, after: CohortPlace | null): boolean {
    const cohorts = this.#source.cohorts()
    const next = cohorts[placeOf(cohorts, after) + 1]
    change(dashboard, { copy: { frames: next ?? 'all', miners: null } })
    if (next === undefined) return true
    const { messages, fresh } = this.#source.frames(next)
    for (const message of messages) this.#send(dashboard, message)
    return !fresh || messages.length === 0
  }

  #finish(dashboard: Dashboard): false {
    const relay = this.#source.firstRelay()
    this.#active.delete(dashboard)
    change(dashboard, { copy: null })
    const end: ToDashboard | null = relay && { type: 'miners', relay, miners: [], complete: true }
    if (end !== null) this.#send(dashboard, JSON.stringify(end))
    for (const text of commandTexts(this.#source.recentCommands(), true)) this.#send(dashboard, text)
    this.#source.finished(dashboard)
    this.admit()
    return false
  }

  #send(dashboard: Dashboard, data: string | Uint8Array<ArrayBuffer>, also: Partial<DashboardSeat> = {}): void {
    send(dashboard, data, { now: this.#now(), also })
  }
}

/** -1 for none. */
const placeOf = (cohorts: readonly CohortPlace[], place: CohortPlace | null): number =>
  cohorts.findIndex(({ relay, cohort }) => relay === place?.relay && cohort === place.cohort)

const placeReached = ({ copy }: DashboardSeat): CohortPlace | null =>
  copy === null || copy.frames === 'all' ? null : copy.frames

const repacked = (frames: readonly Frame[]) => packMessages('beat', frames.map(reencodeFrame), deflateRawSync)
