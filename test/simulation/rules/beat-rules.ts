import type { ActorCode, RelayRow } from '../actor/code.ts'
import type { ActorHost } from '../actor/host.ts'
import { openActorDisk, textIn, type ActorDisk } from '../actor/sql-storage.ts'

/** Watches the beats that a control keeps: from them the tables of now and of the past are read. */
export interface BeatRules {
  /** Something was written in a turn. */
  readonly wrote: (sql: string) => void
  readonly committed: () => void
  /** The disk is another, or lacks rows: what was seen before is not there. */
  readonly lost: () => void
  readonly inspect: () => void
}

export interface BeatRulesDeps {
  readonly name: string
  readonly code: ActorCode
  readonly host: () => ActorHost
  readonly violated: (rule: string, text: string) => void
}

/** Places of a ring: see beat-store.ts. */
const ringIds = 2 ** 20

export function createBeatRules({ name, code, host, violated }: BeatRulesDeps): BeatRules {
  /** Up to which beats the tables were, after so many. */
  const places = new Map<number, string>()
  let wrote = false

  const stateOn = (disk: ActorDisk): RelayRow | null => {
    const [row] = disk.exec('SELECT state FROM relay').toArray()
    return row ? JSON.parse(textIn(row, 'state')) : null
  }
  const placesOn = (disk: ActorDisk, state: RelayRow, past?: number) =>
    code
      .loadReplica(disk, state, past)
      .cursors()
      .map(({ cohort, epoch, seq }) => `${cohort}:${epoch}/${seq}`)
      .toSorted()
      .join()

  /** The release before kept its beats in turns of five; what it left is read as it was. */
  function inspectOld(state: RelayRow, ring: { readonly id: number; readonly beats: number }): void {
    const disk = openActorDisk(host().disk().image(), { before: () => 'go', after: () => {} })
    const first = ring.id * ringIds
    const rows = (query: string, ...ids: number[]) => disk.exec(query, ...ids).toArray()
    const beats = rows('SELECT id, body FROM beat_ring WHERE id >= ? ORDER BY id DESC LIMIT 5', first)
    for (const { id, body } of beats)
      disk.exec(
        'INSERT INTO beat (relay, turn, body) VALUES (?, ?, ?)',
        state.id,
        (Number(id) % ringIds) % 5,
        bodyOf(body),
      )
    for (const [turn, { body }] of rows('SELECT body FROM keyframe_ring WHERE id >= ? ORDER BY id', first).entries())
      disk.exec('INSERT INTO snapshot (relay, turn, body) VALUES (?, ?, ?)', state.id, turn, bodyOf(body))
    const old = { ...state, ring: null, beats: ring.beats, dropped: null }
    const [is, should] = [placesOn(disk, old), placesOn(host().disk(), state)]
    if (is !== should) violated('S5', `${name} reads '${is}' of what the release before left, instead of '${should}'`)
  }

  return {
    wrote: sql => {
      wrote ||= sql.includes('INTO beat_ring')
    },
    committed: () => {
      const state = wrote ? stateOn(host().disk()) : null
      wrote = false
      // Cohorts that are gone are so for the past, too.
      if (state?.dropped) places.clear()
      else if (state?.ring) places.set(state.ring.beats, placesOn(host().disk(), state))
    },
    lost: () => places.clear(),
    inspect: () => {
      const state = stateOn(host().disk())
      if (!state?.ring || state.dropped) return
      for (const [beats, should] of [...places].slice(0, 8)) {
        const is = placesOn(host().disk(), state, beats)
        if (is !== should) violated('S5', `${name} reads '${is}' after ${beats} beats, instead of '${should}'`)
      }
      if (state.ring.beats >= 5) inspectOld(state, state.ring)
    },
  }
}

const bodyOf = (body: unknown): ArrayBuffer => {
  if (body instanceof ArrayBuffer) return body
  throw new Error('no body')
}
