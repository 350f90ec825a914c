import {
  createReceiver,
  createSender,
  encodeMessage,
  initialCreditBytes,
  isCredit,
  lanes,
  type CloseName,
  type CommandOrder,
  type DownMessage,
  type ReceivedMessage,
  type Receiver,
  type RelayId,
  type Sender,
} from '@headframe/protocol'
import { closeSeat, readSeat, type LinkGrant, type LinkSeat } from './seat.ts'

/** A relay's socket, awake. */
export interface Link {
  readonly ws: WebSocket
  seat: LinkSeat
  readonly receiver: Receiver
  readonly sender: Sender
  /** Commands to be sent again, once there is credit. */
  backlog: CommandOrder[]
  /** The last `watch` that was sent, as JSON. */
  watch: string | null
}

export interface LinkDeps {
  readonly now: () => number
  readonly sockets: () => readonly WebSocket[]
  /** Of commands: see journal.ts. */
  readonly unsureUpTo: number
}

/** Messages that wait for credit beyond this mean a relay that stopped reading. */
const queueLimitBytes = 1024 * 1024
/** Credit that commands and questions leave to acknowledgements, which must not wait. */
const reservedBytes = 128 * 1024

/** The links of a site. A relay may have several for a moment; one of them is `linked`. */
export class LinkSet {
  readonly #deps
  readonly #awake = new Map<WebSocket, Link>()

  constructor(deps: LinkDeps) {
    this.#deps = deps
    for (const ws of deps.sockets()) this.find(ws)
  }

  all(): readonly Link[] {
    return [...this.#awake.values()]
  }

  linked(relay: RelayId): Link | null {
    return this.all().find(link => link.seat.stage === 'linked' && link.seat.relay === relay) ?? null
  }

  find(ws: WebSocket): Link | null {
    const known = this.#awake.get(ws)
    if (known !== undefined) return known
    const seat = readSeat(ws)
    if (seat?.kind !== 'link') return null
    const link = this.#wake(ws, seat)
    if (seat.waiting) this.close(link, 'lostState')
    return seat.waiting ? null : link
  }

  open(ws: WebSocket, grant: LinkGrant & { nonce: string }): Link {
    const now = this.#deps.now()
    const credit = { owed: {}, creditBytes: initialCreditBytes.control, waiting: false }
    const link = this.#wake(ws, {
      kind: 'link',
      ...grant,
      stage: 'challenged',
      box: null,
      openedAt: now,
      unsureUpTo: this.#deps.unsureUpTo,
      heardAt: now,
      asks: false,
      ...credit,
    })
    this.send(link, { type: 'challenge', control: grant.control, nonce: grant.nonce })
    return link
  }

  forget(ws: WebSocket): void {
    this.#awake.delete(ws)
  }

  close({ ws }: Link, name: CloseName): void {
    this.forget(ws)
    closeSeat(ws, name)
  }

  change(link: Link, change: Partial<LinkSeat>): void {
    link.seat = { ...link.seat, ...change }
    this.#save(link)
  }

  /** A whole message, `null` while one is incomplete or when the link had to be closed. */
  receive(link: Link, data: string | ArrayBuffer): ReceivedMessage | null {
    link.seat = { ...link.seat, heardAt: this.#deps.now() }
    const received = typeof data === 'string' ? null : link.receiver.push(new Uint8Array(data))
    if (received === null) this.close(link, 'badMessage')
    else if (received.kind === 'error') this.close(link, received.close)
    else if (received.kind === 'message') return received
    return null
  }

  /** Grants back what was handled. */
  handled(link: Link, message: ReceivedMessage): void {
    if (!this.#awake.has(link.ws)) return
    const { lane, payload } = message
    const owed = (link.seat.owed[lane] ?? 0) + (isCredit(lane, payload) ? 0 : payload.length)
    const bytes = link.receiver.creditFor(message)
    link.sender.sendCredit(lane, bytes)
    this.change(link, { owed: { ...link.seat.owed, [lane]: owed - bytes } })
  }

  /** The relay takes more on a lane. */
  granted(link: Link, lane: (typeof lanes)[number], bytes: number): void {
    if (lane === 'control') link.seat = { ...link.seat, creditBytes: link.seat.creditBytes + bytes }
    link.sender.grant(lane, bytes)
    this.#save(link)
  }

  send(link: Link, message: DownMessage): void {
    const payload = encodeMessage(message)
    link.seat = { ...link.seat, creditBytes: link.seat.creditBytes - payload.length }
    if (link.sender.send('control', payload)) this.#save(link)
    else this.close(link, 'tooSlow')
  }

  /** Sends what may wait, unless the relay is behind. */
  trySend(link: Link, message: DownMessage): boolean {
    if (link.seat.creditBytes - encodeMessage(message).length < reservedBytes) return false
    this.send(link, message)
    return true
  }

  #wake(ws: WebSocket, seat: LinkSeat): Link {
    const write = (chunk: Uint8Array<ArrayBuffer>) => {
      if (ws.readyState === WebSocket.READY_STATE_OPEN) ws.send(chunk)
    }
    const sender = createSender({ write, ready: () => true, queueLimitBytes })
    sender.grant('control', seat.creditBytes - initialCreditBytes.control)
    for (const lane of lanes) sender.sendCredit(lane, seat.owed[lane] ?? 0)
    const link: Link = { ws, seat: { ...seat, owed: {} }, receiver: createReceiver(), sender, backlog: [], watch: null }
    this.#awake.set(ws, link)
    this.#save(link)
    return link
  }

  #save(link: Link): void {
    if (!this.#awake.has(link.ws)) return
    link.seat = { ...link.seat, waiting: link.backlog.length > 0 || link.sender.queued('control') > 0 }
    link.ws.serializeAttachment(link.seat)
  }
}
