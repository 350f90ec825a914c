import type { CommandEntry, MinerId, PersonId, RelayId, Role, SiteHistory, SiteNotes } from '@headframe/protocol'
import type { AlarmName } from '../actors/alarms.ts'
import { forgetOldBeats } from './beat-store.ts'
import { commandsChanged, deliver, expireCommands } from './delivery.ts'
import { fromDashboard } from './from-dashboard.ts'
import { fromRelay } from './from-relay.ts'
import { followBoxes } from './hello.ts'
import { forgetOldHistory } from './history-retention.ts'
import type { HistorySpan } from './history-read.ts'
import type { Asking } from './journal.ts'
import { readNotes } from './notes.ts'
import { openParts, recentCommands, type SiteDeps, type SiteParts } from './parts.ts'
import { checkSilence, checkStalled, fellSilent, sendWatch, tellView, viewChanged } from './presence.ts'
import { newRelay, statusOf } from './relay-book.ts'
import { isGreeting, type DashboardGrant, type LinkGrant } from './seat.ts'

/** A relay proves itself within this, or is closed. */
const handshakeMs = 10_000
/** Links of one relay that did not prove it yet: whoever knows its id can open them. */
const maxUnproven = 8
/** How often the sockets of dashboards are looked at, as long as one owes an acknowledgement. */
const stallCheckMs = 30_000

/** One site: what happens on its sockets, and what is asked of it. */
export class Site {
  readonly #parts: SiteParts

  constructor(deps: SiteDeps) {
    this.#parts = openParts(deps)
    const { book, links } = this.#parts
    for (const { id } of book.all()) if (links.linked(id) === null) fellSilent(this.#parts, id)
  }

  openLink(ws: WebSocket, grant: LinkGrant & { nonce: string }): void {
    this.#makeRoom(grant.relay)
    this.#parts.links.open(ws, grant)
    this.#parts.alarms.set('handshake', this.#parts.now() + handshakeMs)
  }

  openDashboard(ws: WebSocket, grant: DashboardGrant & { viewer: string }): void {
    this.#checkSilence(true)
    this.#parts.dashboards.open(ws, grant)
    this.#parts.alarms.set('stall', this.#parts.dashboards.nextTurnAt() ?? this.#parts.now() + stallCheckMs)
    sendWatch(this.#parts)
    tellView(this.#parts)
  }

  /** What it returns has to be awaited before anything else happens. */
  message(ws: WebSocket, data: string | ArrayBuffer): (() => Promise<void>) | null {
    const open = this.#open()
    const later = this.#take(ws, data)
    if (this.#open() < open) this.#left()
    tellView(this.#parts)
    return later
  }

  closed(ws: WebSocket): void {
    this.#parts.links.forget(ws)
    this.#parts.dashboards.forget(ws)
    this.#left()
  }

  #take(ws: WebSocket, data: string | ArrayBuffer): (() => Promise<void>) | null {
    const { alarms, dashboards, links, now } = this.#parts
    const dashboard = dashboards.find(ws)
    if (dashboard !== null) {
      const asked = dashboards.read(dashboard, data)
      if (asked !== null) fromDashboard(this.#parts, dashboard, asked)
      if (dashboards.size > 0) alarms.set('stall', now() + stallCheckMs)
      return null
    }
    const link = links.find(ws)
    const received = link && links.receive(link, data)
    if (link === null || received === null) return null
    const later = fromRelay(this.#parts, link, received)
    links.handled(link, received)
    return later
  }

  #open(): number {
    return this.#parts.links.all().length + this.#parts.dashboards.size
  }

  /** Sockets are gone, whoever closed them: their relays are silent, and nobody watches through them. */
  #left(): void {
    const { book, links } = this.#parts
    for (const { id } of book.all()) if (links.linked(id) === null) fellSilent(this.#parts, id)
    followBoxes(this.#parts)
    sendWatch(this.#parts)
    viewChanged(this.#parts)
  }

  alarm(name: AlarmName): void {
    switch (name) {
      case 'handshake':
        return this.#closeUnproven()
      case 'silence':
        return this.#checkSilence()
      case 'stall':
        return checkStalled(this.#parts)
      case 'ttl':
        return expireCommands(this.#parts)
      case 'history':
        return forgetOldHistory(this.#parts)
    }
  }

  #checkSilence(isWatched?: boolean): void {
    checkSilence(this.#parts, isWatched)
    followBoxes(this.#parts)
  }

  /** The oldest goes: who opens links to hold a relay up would have to be quicker than its proof. */
  #makeRoom(relay: RelayId): void {
    const { links } = this.#parts
    const unproven = links.all().filter(({ seat }) => seat.relay === relay && isGreeting(seat))
    const byAge = unproven.toSorted((a, b) => a.seat.openedAt - b.seat.openedAt)
    for (const link of byAge.slice(0, Math.max(0, byAge.length - maxUnproven + 1))) links.close(link, 'late')
  }

  #closeUnproven(): void {
    const { links, now, alarms } = this.#parts
    for (const link of links.all()) {
      if (!isGreeting(link.seat)) continue
      if (now() - link.seat.openedAt >= handshakeMs) links.close(link, 'late')
      else alarms.set('handshake', link.seat.openedAt + handshakeMs)
    }
  }

  addRelay(relay: { id: RelayId; name: string }): void {
    const { book, dashboards, now } = this.#parts
    if (book.get(relay.id) !== undefined) return
    const state = newRelay(relay, now())
    book.save(state)
    dashboards.tellAll({ type: 'relay', relay: statusOf(state) })
  }

  /** Cuts a relay off for good, and forgets what it spoke for. */
  revokeRelay(relay: RelayId): void {
    const { alarms, book, dashboards, history, inventory, journal, links, now, replicas, sql } = this.#parts
    for (const link of links.all()) if (link.seat.relay === relay) links.close(link, 'revoked')
    commandsChanged(this.#parts, journal.abandon(relay))
    inventory.removeAll(relay)
    forgetOldBeats(sql, relay)
    alarms.set('history', now())
    replicas.drop(relay)
    book.remove(relay)
    history.changed()
    dashboards.refreshAll()
    sendWatch(this.#parts)
  }

  /** Cuts one box of a relay off for good. */
  removeBox(relay: RelayId, publicKey: string): void {
    const { book, links } = this.#parts
    const state = book.get(relay)
    const rest = state?.turn.boxes.filter(each => each.publicKey !== publicKey)
    if (state !== undefined && rest !== undefined) book.save({ ...state, turn: { ...state.turn, boxes: rest } })
    for (const link of links.all()) {
      const { boxes, box } = link.seat
      if (link.seat.relay !== relay || !boxes.some(each => each.publicKey === publicKey)) continue
      // One that has not said yet which box it is comes back, and is checked anew.
      if (box === null || box === publicKey) links.close(link, box === null ? 'late' : 'boxRemoved')
      else links.change(link, { boxes: boxes.filter(each => each.publicKey !== publicKey) })
    }
    this.#left()
  }

  /** Applies a changed role to open sockets at once. */
  setRole(person: PersonId, role: Role | null): void {
    const { dashboards } = this.#parts
    for (const dashboard of dashboards.all()) {
      if (dashboard.seat.person !== person || dashboard.seat.role === role) continue
      if (role === null) dashboards.close(dashboard, 'forbidden')
      else {
        dashboards.change(dashboard, { role })
        dashboards.refresh(dashboard)
      }
    }
    sendWatch(this.#parts)
  }

  endSessions({ person, session }: { person: PersonId; session: string | null }): void {
    const { dashboards } = this.#parts
    for (const dashboard of dashboards.all()) {
      const theirs = dashboard.seat.person === person && (session === null || dashboard.seat.session === session)
      if (theirs) dashboards.close(dashboard, 'signedOut')
    }
    sendWatch(this.#parts)
  }

  ask(asking: Asking): CommandEntry[] | null {
    const { inventory, journal, links } = this.#parts
    const asked = journal.ask(asking, miner => inventory.relayOf(miner))
    if (asked === null) return null
    commandsChanged(this.#parts, asked.fresh)
    for (const link of links.all()) if (link.seat.stage === 'linked') deliver(this.#parts, link)
    return journal.entries(asked.ids)
  }

  commands(miner?: MinerId): CommandEntry[] {
    return this.#parts.journal.recent(recentCommands, miner)
  }

  history(span: HistorySpan): SiteHistory {
    return this.#parts.history.of(span)
  }

  notes(): SiteNotes {
    const { book, sql } = this.#parts
    return readNotes(sql, relay => book.get(relay)?.clockOffsetMs ?? 0)
  }
}
