import type { RelayId, SiteId } from '@headframe/protocol'
import type { Alarms } from '../actors/alarms.ts'
import { loadReplica } from './beat-store.ts'
import { DashboardSet } from './dashboard-set.ts'
import { createHistoryAnswers, type HistoryAnswers } from './history-answers.ts'
import { openInventory, type Inventory } from './inventory.ts'
import { Journal } from './journal.ts'
import type { Leases } from './lease.ts'
import { LinkSet } from './link-set.ts'
import { createLiveReplica, type LiveReplica } from './live-replica.ts'
import { unsureUpToOf } from './seat.ts'
import { Views } from './views.ts'
import { openRelayBook, statusOf, type RelayBook } from './relay-book.ts'

export interface SiteDeps {
  readonly id: SiteId
  readonly sql: SqlStorage
  readonly alarms: Alarms
  readonly now: () => number
  /** In memory: nothing is written, and an actor that is gone by then does nothing. It stays awake for it. */
  readonly after: (ms: number, run: () => void) => void
  readonly sockets: (kind: 'link' | 'dashboard') => readonly WebSocket[]
}

/** What a site is made of. */
export interface SiteParts extends SiteDeps {
  readonly book: RelayBook
  readonly inventory: Inventory
  readonly journal: Journal
  readonly links: LinkSet
  readonly dashboards: DashboardSet
  readonly leases: Leases
  readonly views: Views
  readonly history: HistoryAnswers
  /** Live tables, loaded when they are first asked for. */
  readonly replicas: Replicas
}

interface Replicas {
  of(relay: RelayId): LiveReplica
  drop(relay: RelayId): void
}

/** Commands in the copy that a dashboard starts from, and in a list. */
export const recentCommands = 200

export function openParts(deps: SiteDeps): SiteParts {
  const { sql, now, sockets } = deps
  const book = openRelayBook(sql, now)
  const inventory = openInventory(sql)
  const journal = new Journal(sql, now, unsureUpToOf([...sockets('link'), ...sockets('dashboard')]))
  const { unsureUpTo } = journal
  const replicas = openReplicas(sql, book)
  const links = new LinkSet({ now, sockets: () => sockets('link'), unsureUpTo })
  const dashboards = new DashboardSet({
    now,
    unsureUpTo,
    sockets: () => sockets('dashboard'),
    source: {
      site: ({ siteName, role }) => ({
        type: 'site',
        site: deps.id,
        name: siteName,
        role,
        now: now(),
        relays: book.all().map(statusOf),
      }),
      inventory: after => inventory.chunk(after),
      cohorts: () =>
        book.all().flatMap(({ id }) =>
          replicas
            .of(id)
            .cohorts()
            .map(cohort => ({ relay: id, cohort })),
        ),
      frames: ({ relay, cohort }) => replicas.of(relay).messagesOf(cohort),
      firstRelay: () => book.all()[0]?.id ?? null,
      recentCommands: () => journal.recent(recentCommands),
      commands: ids => journal.entries(ids),
      finished: ({ view }) => {
        if (view === null) views.changed(dashboards.all())
      },
    },
  })
  const views = new Views(dashboards.all())
  return {
    ...deps,
    book,
    inventory,
    journal,
    links,
    dashboards,
    leases: new Map(),
    views,
    history: createHistoryAnswers({ sql, book, now }),
    replicas,
  }
}

function openReplicas(sql: SqlStorage, book: RelayBook): Replicas {
  const loaded = new Map<RelayId, LiveReplica>()
  return {
    of(id) {
      const known = loaded.get(id)
      if (known !== undefined) return known
      const state = book.get(id)
      const replica = state === undefined ? createLiveReplica() : loadReplica(sql, state)
      loaded.set(id, replica)
      return replica
    },
    drop(id) {
      loaded.delete(id)
    },
  }
}
