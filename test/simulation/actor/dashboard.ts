import {
  createFollower,
  decodeFrame,
  minerInRow,
  readInventory,
  openPacked,
  splitFrames,
  type CohortFollower,
  type CommandEntry,
  type MinerInfo,
} from '@headframe/protocol'
import { inflateRawSync } from 'node:zlib'
import type { Chance } from '../world/chance.ts'
import type { Line } from '../world/line.ts'
import type { Owner, Timeline } from '../world/timeline.ts'
import type { ActorHost } from './host.ts'

/** Somebody who looks at a site, on and off. */
export interface Viewer {
  readonly look: () => void
  readonly leave: () => void
  readonly isOpen: () => boolean
  /** Reads nothing for a while. */
  readonly stall: (ms: number) => void
  /** Opens a miner's page, or closes it. */
  readonly watch: (miner: string | null) => void
  /** What is on screen; null without a whole copy. */
  readonly screen: () => Screen | null
  /** Asks for the last reading of a miner. */
  readonly askReading: (miner: string) => void
  /** Miners that this dashboard was told a reading of, and answers that it had. */
  readonly told: () => { readonly details: ReadonlySet<string>; readonly answers: number }
}

interface Screen {
  readonly miners: ReadonlyMap<string, MinerInfo>
  readonly commands: ReadonlyMap<string, CommandEntry>
  readonly followers: ReadonlyMap<number, CohortFollower>
  readonly silent: boolean
}

export interface ViewerDeps {
  readonly host: ActorHost
  readonly timeline: Timeline
  readonly chance: Chance
  readonly violated: (rule: string, text: string) => void
}

interface Open {
  readonly line: Line
  received: number
  complete: boolean
  silent: boolean
  miners: Map<string, MinerInfo>
  commands: Map<string, CommandEntry>
  followers: Map<number, CohortFollower>
  details: Set<string>
  answers: number
}

const grant = {
  person: 'person_SIMULATED001',
  session: 'session-1',
  role: 'owner',
  name: 'Ada',
  siteName: 'Simulated',
}

export function createViewer({ host, timeline, chance, violated }: ViewerDeps): Viewer {
  let open: Open | null = null
  let deafUntil = 0
  const owner: Owner = { alive: () => true, failed: error => violated('X2', `a dashboard fell over ${String(error)}`) }

  function take(to: Open, data: string | Uint8Array): void {
    to.received += 1
    if (typeof data === 'string') takeText(to, JSON.parse(data))
    else takePacked(to, data)
    const ms = Math.max(0, deafUntil - timeline.now()) + chance.between(0, 100)
    const acknowledge = () => to.line.send('client', JSON.stringify({ type: 'ack', received: to.received }))
    timeline.after(ms, acknowledge, owner)
  }

  function look(): void {
    if (open) return
    let mine: Open | null = null
    const line = host.connect(
      'dashboard',
      {
        owner,
        message: data => {
          if (mine) take(mine, data)
        },
        closed: () => {
          if (open === mine) open = null
        },
      },
      { ...grant, viewer: `viewer-${chance.between(1, 1e9)}` },
    )
    if (!line) return
    mine = fresh(line)
    open = mine
  }

  return {
    look,
    leave: () => {
      open?.line.close('client', 1000, '')
      open = null
    },
    isOpen: () => open !== null,
    stall: ms => {
      deafUntil = timeline.now() + ms
    },
    watch: miner => open?.line.send('client', JSON.stringify({ type: 'watch', miner })),
    screen: () => (open?.complete ? open : null),
    askReading: miner =>
      open?.line.send('client', JSON.stringify({ type: 'ask', id: 1, ask: { kind: 'reading', miner } })),
    told: () => ({ details: open?.details ?? new Set(), answers: open?.answers ?? 0 }),
  }
}

const fresh = (line: Line): Open => ({
  line,
  received: 0,
  complete: false,
  silent: true,
  miners: new Map(),
  commands: new Map(),
  followers: new Map(),
  details: new Set(),
  answers: 0,
})

interface Text {
  readonly type: string
  readonly miners: readonly MinerInfo[]
  readonly miner: string
  readonly complete: boolean
  readonly answer: { readonly kind: string }
  readonly commands: readonly CommandEntry[]
  readonly relay: { readonly silentSince: number | null }
  readonly relays: readonly { readonly silentSince: number | null }[]
}

function takeText(to: Open, message: Text): void {
  switch (message.type) {
    case 'site':
      Object.assign(to, { ...fresh(to.line), received: to.received })
      to.silent = message.relays.some(relay => relay.silentSince !== null)
      return
    case 'relay':
      to.silent = message.relay.silentSince !== null
      return
    case 'miners':
      for (const miner of message.miners) to.miners.set(miner.id, miner)
      if (message.complete) to.complete = true
      return
    case 'minerRemoved':
      to.miners.delete(message.miner)
      return
    case 'detail':
      to.details.add(message.miner)
      return
    case 'answer':
      if (message.answer.kind === 'reading') to.answers += 1
      return
    case 'commands':
      // The end of a copy; one of a site without relays has no miners to end with.
      to.complete = true
      for (const command of message.commands) to.commands.set(command.id, command)
  }
}

function takePacked(to: Open, message: Uint8Array): void {
  const opened = openPacked(message)
  if (opened.ok && opened.kind === 'inventory') return takeInventory(to, inflateRawSync(opened.deflated))
  const split = opened.ok ? splitFrames(inflateRawSync(opened.deflated)) : opened
  if (!opened.ok || !split.ok) throw new Error('frames that do not open')
  for (const bytes of split.frames) {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const { frame } = decoded
    const follower = to.followers.get(frame.header.cohort) ?? createFollower()
    to.followers.set(frame.header.cohort, follower)
    if (opened.kind === 'beat') follower.beat(frame)
    else follower.live(frame)
  }
}

function takeInventory(to: Open, body: Uint8Array): void {
  const read = readInventory(body)
  if (!read.ok) throw new Error(read.error.text)
  for (let row = 0; row < read.inventory.count; row += 1) {
    const miner = minerInRow(read.inventory, row)
    to.miners.set(miner.id, miner)
  }
}
