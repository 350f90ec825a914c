import { inflateRawSync } from 'node:zlib'
import {
  columns,
  createFollower,
  decodeFrame,
  maxInflatedBytes,
  isFrameKind,
  minerInRow,
  openPacked,
  paths,
  readCell,
  readInventory,
  splitFrames,
  stateOf,
  toDashboard,
  type Answer,
  type Ask,
  type CapturedMessage,
  type CohortFollower,
  type CommandEntry,
  type FromDashboard,
  type MinerInfo,
  type MinerState,
  type Reading,
  type RelayStatus,
  type SiteId,
  type ToDashboard,
} from '@headframe/protocol'
import { WebSocket } from 'ws'
import type { Api } from './control-api.ts'

/** A dashboard without a screen: holds what a browser would hold, decoded by the same code. */
export interface DashboardClient {
  readonly relays: Map<string, RelayStatus>
  readonly miners: Map<string, { readonly relay: string; readonly info: MinerInfo }>
  readonly commands: Map<string, CommandEntry>
  readonly details: Map<string, Reading>
  readonly tail: CapturedMessage[]
  /** Every message that came, for tests that look for what must not be there. */
  readonly heard: ToDashboard[]
  followers: Map<string, CohortFollower>
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  states(now?: number): Partial<Record<MinerState, number>>
  hashrateHs(minerId: string): number | null
  send(message: FromDashboard): void
  ask(ask: Ask): Promise<Answer>
  /** Resolves when `test` holds, looked at after each message. */
  until(what: string, test: () => boolean, withinMs?: number): Promise<void>
  close(): void
  [Symbol.dispose](): void
}

export async function openDashboard(api: Api, site: SiteId): Promise<DashboardClient> {
  const socket = new WebSocket(api.url.replace('http', 'ws') + paths.socket(site), {
    headers: { cookie: api.cookie(), origin: api.url },
  })
  const client = createClient(socket)
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return client
}

function createClient(socket: WebSocket): DashboardClient {
  let received = 0
  let askId = 0
  const waits = new Set<() => void>()
  const answers = new Map<number, (answer: Answer) => void>()
  const { promise: closed, resolve: resolveClosed } = Promise.withResolvers<{ code: number; reason: string }>()
  socket.on('close', (code, reason) => resolveClosed({ code, reason: reason.toString() }))

  const client: DashboardClient = {
    relays: new Map(),
    miners: new Map(),
    commands: new Map(),
    details: new Map(),
    tail: [],
    heard: [],
    followers: new Map(),
    closed,
    states: (now = Date.now()) => countStates(client, now),
    hashrateHs: miner => hashrateOf(client, miner),
    send: message => socket.send(JSON.stringify(message)),
    ask(ask) {
      const id = askId++
      const { promise, resolve } = Promise.withResolvers<Answer>()
      answers.set(id, resolve)
      client.send({ type: 'ask', id, ask })
      return promise
    },
    until: (what, test, withinMs = 30_000) => waitUntil({ what, test, withinMs, waits }),
    close: () => socket.close(),
    [Symbol.dispose]: () => socket.terminate(),
  }
  socket.on('message', (bytes: Buffer, isBinary: boolean) => {
    if (isBinary) applyPacked(client, bytes)
    else applyMessage(client, toDashboard.parse(JSON.parse(bytes.toString())), answers)
    received += 1
    client.send({ type: 'ack', received })
    for (const wait of waits) wait()
  })
  return client
}

function applyPacked(client: DashboardClient, bytes: Uint8Array): void {
  const opened = openPacked(bytes)
  if (!opened.ok) throw new Error(opened.error.text)
  const inflated = inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes })
  if (opened.kind === 'inventory') return putInventory(client, inflated)
  const body = splitFrames(inflated)
  if (!body.ok) throw new Error(body.error.text)
  for (const part of body.frames) {
    const decoded = decodeFrame(part)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const { header } = decoded.frame
    const key = `${header.relay}/${header.cohort}`
    const follower = client.followers.get(key) ?? createFollower()
    client.followers.set(key, follower)
    if (isFrameKind(opened.kind) && follower[opened.kind](decoded.frame) === 'need-keyframe')
      throw new Error(`no base for ${key}`)
  }
}

function putInventory(client: DashboardClient, body: Uint8Array): void {
  const read = readInventory(body)
  if (!read.ok) throw new Error(read.error.text)
  const { inventory } = read
  for (let row = 0; row < inventory.count; row++) {
    const info = minerInRow(inventory, row)
    client.miners.set(info.id, { relay: inventory.relay, info })
  }
}

function applyMessage(
  client: DashboardClient,
  message: ToDashboard,
  answers: Map<number, (answer: Answer) => void>,
): void {
  client.heard.push(message)
  switch (message.type) {
    case 'wait':
      break
    case 'site':
      client.miners.clear()
      client.commands.clear()
      client.followers = new Map()
      client.relays.clear()
      for (const relay of message.relays) client.relays.set(relay.id, relay)
      break
    case 'relay':
      client.relays.set(message.relay.id, message.relay)
      break
    case 'miners':
      for (const info of message.miners) client.miners.set(info.id, { relay: message.relay, info })
      break
    case 'minerRemoved':
      client.miners.delete(message.miner)
      break
    case 'commands':
      for (const command of message.commands) client.commands.set(command.id, command)
      break
    case 'detail':
      client.details.set(message.miner, message.reading)
      break
    case 'answer':
      answers.get(message.id)?.(message.answer)
      answers.delete(message.id)
      break
    case 'tail':
      client.tail.push(...message.messages)
      break
  }
}

function countStates(client: DashboardClient, now: number): Partial<Record<MinerState, number>> {
  const counts: Partial<Record<MinerState, number>> = {}
  for (const { relay, info } of client.miners.values()) {
    const table = client.followers.get(`${relay}/${info.cohort}`)?.table
    const relaySilent = client.relays.get(relay)?.silentSince !== null
    const state = table ? stateOf(table, info.slot, { now, staleAfterMs: 120_000, relaySilent }) : 'unknown'
    counts[state] = (counts[state] ?? 0) + 1
  }
  return counts
}

function hashrateOf(client: DashboardClient, miner: string): number | null {
  const entry = client.miners.get(miner)
  const table = entry && client.followers.get(`${entry.relay}/${entry.info.cohort}`)?.table
  return table ? readCell(table, columns.hashrateHs, entry.info.slot) : null
}

interface Waiting {
  readonly what: string
  readonly test: () => boolean
  readonly withinMs: number
  readonly waits: Set<() => void>
}

async function waitUntil({ what, test, withinMs, waits }: Waiting): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const look = () => {
    if (test()) resolve()
  }
  const late = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${what}`)), withinMs)
  // States also change as time passes, without any message.
  const tick = setInterval(look, 250)
  waits.add(look)
  look()
  await promise.finally(() => {
    clearTimeout(late)
    clearInterval(tick)
    waits.delete(look)
  })
}
