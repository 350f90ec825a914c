import { DurableObject } from 'cloudflare:workers'
import {
  pulse,
  siteId,
  type CommandEntry,
  type MinerId,
  type PersonId,
  type RelayId,
  type Role,
  type SiteHistory,
  type SiteId,
  type SiteNotes,
} from '@headframe/protocol'
import type { Env } from '../env.ts'
import { toBase64 } from '../base64.ts'
import { random } from '../random.ts'
import type { HistorySpan } from '../site/history-read.ts'
import type { Asking } from '../site/journal.ts'
import { migrations } from '../site/schema.ts'
import { dashboardGrant, linkGrant } from '../site/seat.ts'
import { Site } from '../site/site.ts'
import { createAlarms, type Alarms } from './alarms.ts'
import { migrate } from './migrations.ts'

/** One site: its replica of miners and live tables, its journal of commands, the sockets of its relays and dashboards. */
export class SiteActor extends DurableObject<Env> {
  readonly #alarms: Alarms
  readonly #site: Site

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#alarms = createAlarms(ctx.storage)
    this.#site = new Site({
      id: siteIdOf(ctx),
      sql: ctx.storage.sql,
      alarms: this.#alarms,
      now: () => Date.now(),
      // oxlint-disable-next-line no-restricted-globals -- it writes nothing, and is for less than a second: no sleep is put off for long
      after: (ms, run) => void setTimeout(run, ms),
      sockets: kind => ctx.getWebSockets(kind),
    })
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(pulse.ask, pulse.answer))
    void ctx.blockConcurrencyWhile(() => this.#alarms.check())
  }

  /** Sockets only: the worker has checked who asks, and says so in a header that nobody else can send us. */
  override fetch(request: Request): Response {
    const grant: unknown = JSON.parse(decodeURIComponent(request.headers.get(grantHeader) ?? 'null'))
    return new URL(request.url).pathname === '/link' ? this.#openLink(grant) : this.#openDashboard(grant)
  }

  #openLink(given: unknown): Response {
    const grant = linkGrant.parse(given)
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server, ['link', `relay:${grant.relay}`])
    this.#site.openLink(server, { ...grant, nonce: toBase64(random(new Uint8Array(24))) })
    return new Response(null, { status: 101, webSocket: client })
  }

  #openDashboard(given: unknown): Response {
    const grant = dashboardGrant.parse(given)
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server, ['dashboard'])
    this.#site.openDashboard(server, { ...grant, viewer: toBase64(random(new Uint8Array(12))) })
    return new Response(null, { status: 101, webSocket: client })
  }

  override async webSocketMessage(ws: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const later = this.#site.message(ws, data)
    // Nothing else may happen while a proof is checked: what the relay sends after it waits.
    if (later !== null) await this.ctx.blockConcurrencyWhile(later)
  }

  override webSocketClose(ws: WebSocket): void {
    this.#site.closed(ws)
  }

  override webSocketError(ws: WebSocket): void {
    this.#site.closed(ws)
  }

  override alarm(): void {
    for (const name of this.#alarms.take(Date.now())) this.#site.alarm(name)
  }

  addRelay(relay: { id: RelayId; name: string }): void {
    this.#site.addRelay(relay)
  }

  revokeRelay(relay: RelayId): void {
    this.#site.revokeRelay(relay)
  }

  removeBox(relay: RelayId, publicKey: string): void {
    this.#site.removeBox(relay, publicKey)
  }

  setRole(person: PersonId, role: Role | null): void {
    this.#site.setRole(person, role)
  }

  endSessions(of: { person: PersonId; session: string | null }): void {
    this.#site.endSessions(of)
  }

  /** `null` when an id was used for something else. */
  ask(asking: Asking): CommandEntry[] | null {
    return this.#site.ask(asking)
  }

  commands(miner?: MinerId): CommandEntry[] {
    return this.#site.commands(miner)
  }

  history(span: HistorySpan): SiteHistory {
    return this.#site.history(span)
  }

  notes(): SiteNotes {
    return this.#site.notes()
  }
}

export const grantHeader = 'x-grant'

function siteIdOf(ctx: DurableObjectState): SiteId {
  return siteId.parse(ctx.id.name?.replace(/^site:/, ''))
}
