import type { CommandEntry, CommandOrder, Frame, MinerId, Moment, RelayId } from '@headframe/protocol'
import type { Cursor as Place, BeatCursor } from '@headframe/protocol'
import type { ActorDisk } from './sql-storage.ts'
import type { ActorSocket } from './socket.ts'

/**
 * What a simulation uses of control's code. That is typed for workerd, whose globals clash with those of Node: so it is
 * loaded by its address, and seen through this.
 */
export interface ActorCode {
  readonly Site: new (deps: SiteDeps) => ActorSite
  readonly createAlarms: (storage: ActorStorage) => Alarms
  readonly migrate: (storage: ActorStorage, migrations: readonly unknown[]) => void
  readonly migrations: readonly unknown[]
  readonly loadReplica: (sql: ActorStorage['sql'], state: RelayRow, past?: number) => Replica
  readonly createLiveReplica: () => Replica
  readonly afterBeat: (place: HistoryPlace, beat: Moment) => HistoryPlace
  readonly afterMarker: (place: HistoryPlace, marker: { from: Moment; through: Moment }) => HistoryPlace | null
}

interface SiteDeps {
  readonly id: string
  readonly sql: ActorStorage['sql']
  readonly alarms: Alarms
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => void
  readonly sockets: (kind: 'link' | 'dashboard') => readonly ActorSocket[]
}

export interface ActorStorage {
  readonly sql: Pick<ActorDisk, 'exec'>
  readonly setAlarm: (at: number) => Promise<void>
  readonly getAlarm: () => Promise<number | null>
  readonly transactionSync: <T>(run: () => T) => T
}

interface Alarms {
  readonly take: (now: number) => string[]
  readonly check: () => Promise<void>
}

interface Asked {
  readonly command: CommandOrder['command']
  readonly miners: readonly { readonly id: CommandOrder['id']; readonly miner: MinerId }[]
  readonly ttlMs: number
  readonly person: CommandOrder['by']
  readonly byName: string
}

export interface ActorSite {
  readonly openLink: (ws: ActorSocket, grant: object) => void
  readonly openDashboard: (ws: ActorSocket, grant: object) => void
  readonly message: (ws: ActorSocket, data: string | ArrayBuffer) => (() => Promise<void>) | null
  readonly closed: (ws: ActorSocket) => void
  readonly alarm: (name: string) => void
  readonly addRelay: (relay: { readonly id: RelayId; readonly name: string }) => void
  readonly revokeRelay: (relay: RelayId) => void
  readonly ask: (asked: Asked) => CommandEntry[] | null
}

/** A row of the table `relay`, as JSON. */
export interface RelayRow {
  readonly id: RelayId
  readonly events: Place
  readonly beats: number
  readonly quarantined: number
  readonly allowed: readonly string[]
  readonly pollEveryMs: number
  readonly silentSince: number | null
  readonly demo: boolean
  readonly ring: { readonly id: number; readonly beats: number } | null
  readonly dropped: object | null
  readonly boxes: readonly { readonly name: string; readonly linked: boolean; readonly speaks: boolean }[]
  /** Which box speaks, and up to where the events of the others are. */
  readonly turn?: {
    readonly speaker: string | null
    readonly given: number
    readonly cursors: Readonly<Record<string, Place>>
    readonly factsEpoch: number
  }
  /** Up to here its history is there, or marked as a gap. */
  readonly history: { readonly epoch: number; readonly at: number } | null
}

export interface HistoryPlace {
  readonly history: Moment | null
  readonly run: { readonly from: Moment; readonly through: Moment } | null
}

interface Replica {
  readonly apply: (kind: 'beat' | 'live', frames: readonly Frame[]) => { readonly changed: boolean }
  readonly cohorts: () => readonly number[]
  readonly cursors: () => BeatCursor[]
  readonly messages: () => readonly Uint8Array<ArrayBuffer>[]
  readonly keyframes: (of: (cohort: number) => boolean) => readonly Uint8Array<ArrayBuffer>[]
}

const folder = new URL('../../../apps/control-worker/src/', import.meta.url)

export async function loadActorCode(): Promise<ActorCode> {
  // workerd's name for `OPEN`, beside the standard one.
  Object.defineProperty(WebSocket, 'READY_STATE_OPEN', { value: 1, configurable: true })
  const load = (path: string) => import(new URL(path, folder).href)
  const parts = [
    'site/site.ts',
    'actors/alarms.ts',
    'actors/migrations.ts',
    'site/schema.ts',
    'site/beat-store.ts',
    'site/live-replica.ts',
    'site/history-place.ts',
  ]
  return Object.assign({}, ...(await Promise.all(parts.map(load))))
}
