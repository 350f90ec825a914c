import {
  after,
  epoch,
  eventBody,
  eventEnvelope,
  maxEpoch,
  type CommandId,
  type EventEnvelope,
  type MinerId,
  type MinerInfo,
  type RelayId,
  type ToDashboard,
} from '@headframe/protocol'
import { z } from 'zod'
import type { Inventory } from './inventory.ts'
import type { Journal } from './journal.ts'
import type { RelayState } from './relay-book.ts'
import { pruneTold } from './retention.ts'

export interface AppliedEvents {
  /** To be saved in the same turn: the cursor with what it stands for [S2]. */
  readonly relay: RelayState
  readonly pushes: readonly ToDashboard[]
  readonly commands: readonly CommandId[]
}

export interface EventDeps {
  readonly sql: SqlStorage
  readonly inventory: Inventory
  readonly journal: Journal
  readonly now: () => number
  /** False for a box that acted before: what it says of the inventory is older than what the one that acts has told, whatever its epochs are. */
  readonly isOfSpeaker: boolean
}

/** Applies what is new of a relay's events, in order. Repeats change nothing [S2]; a bad one blocks nothing [S6]. */
export function applyEvents(before: RelayState, events: readonly EventEnvelope[], deps: EventDeps): AppliedEvents {
  let relay = before
  const pushes: ToDashboard[] = []
  const commands: CommandId[] = []
  let noted = false
  let gaps = false
  for (const event of events) {
    if (!after(event, relay.events)) continue
    // A place that no relay gets to is not gone to: every later one would be before it.
    if (event.epoch <= maxEpoch) {
      gaps = markGap(relay, event, deps) || gaps
      relay = { ...relay, events: { epoch: event.epoch, seq: event.seq } }
    }
    const read = whole.safeParse(event)
    if (!read.success) {
      const [issue] = read.error.issues
      quarantine(relay.id, event, { ...deps, reason: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}` })
      relay = { ...relay, quarantined: relay.quarantined + 1 }
      continue
    }
    const facts = deps.isOfSpeaker || !isFact(read.data) ? factsOf(relay, read.data) : 'old'
    if (facts === 'old') continue
    relay = { ...relay, turn: facts }
    const told = applyBody(relay, read.data, deps)
    if (told?.push) addPush(pushes, told.push)
    for (const miner of told?.gone ?? []) pushes.push({ type: 'minerRemoved', miner })
    if (told?.command) commands.push(told.command)
    noted ||= told?.noted === true
  }
  if (gaps) pruneTold(deps.sql, 'gap', relay.id)
  if (noted) pruneTold(deps.sql, 'note', relay.id)
  if (relay.quarantined > before.quarantined) pruneTold(deps.sql, 'quarantine', relay.id)
  return { relay, pushes, commands }
}

const whole = eventEnvelope.extend({ epoch, at: z.number().int(), body: eventBody })
type WholeEvent = z.infer<typeof whole>

const isFact = ({ body }: Pick<WholeEvent, 'body'>) => body.type !== 'result' && body.type !== 'note'

/** What an event says of the inventory counts unless a later epoch has said more. */
function factsOf({ turn }: RelayState, { body, epoch }: WholeEvent): RelayState['turn'] | 'old' {
  if (!isFact({ body })) return turn
  if (epoch < turn.factsEpoch) return 'old'
  return { ...turn, factsEpoch: epoch, revision: turn.revision + 1 }
}

interface Told {
  readonly push?: ToDashboard
  readonly gone?: readonly MinerId[]
  readonly command?: CommandId
  readonly noted?: true
}

function applyBody({ id: relay, turn }: RelayState, event: WholeEvent, deps: EventDeps): Told | null {
  const { body } = event
  switch (body.type) {
    case 'miner':
      deps.inventory.put(relay, body.miner, { epoch: event.epoch, revision: turn.revision })
      return { push: minersMessage(relay, [body.miner]) }
    case 'minerRemoved':
      deps.inventory.remove(relay, body.miner)
      return { push: { type: 'minerRemoved', miner: body.miner } }
    case 'inventory':
      return { gone: deps.inventory.removeUntold(relay, event.epoch, body.miners) }
    case 'result':
      return deps.journal.end(relay, body.result) ? { command: body.result.id } : null
    case 'note':
      deps.sql.exec(
        'INSERT OR IGNORE INTO note (relay, epoch, seq, at, level, code, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
        relay,
        event.epoch,
        event.seq,
        event.at,
        body.level,
        body.code,
        body.text,
      )
      return { noted: true }
  }
}

/** Miners that follow each other travel in one message; one is some 400 bytes, and a dashboard's part 64 KiB. */
const minersPerPush = 100

function addPush(pushes: ToDashboard[], push: ToDashboard): void {
  const last = pushes.at(-1)
  if (push.type === 'miners' && last?.type === 'miners' && last.miners.length < minersPerPush) {
    pushes[pushes.length - 1] = minersMessage(push.relay, [...last.miners, ...push.miners])
  } else pushes.push(push)
}

const minersMessage = (relay: RelayId, miners: MinerInfo[]): ToDashboard => ({
  type: 'miners',
  relay,
  miners,
  complete: false,
})

function quarantine(relay: RelayId, event: EventEnvelope, deps: EventDeps & { reason: string }): void {
  deps.sql.exec(
    'INSERT OR IGNORE INTO quarantine (relay, epoch, seq, at, reason, body) VALUES (?, ?, ?, ?, ?, ?)',
    relay,
    event.epoch,
    event.seq,
    event.at ?? deps.now(),
    deps.reason,
    JSON.stringify(event.body ?? null),
  )
}

/** Within an epoch there are no gaps: one means that the relay lost its journal, and asking again would bring nothing. True when there is one. */
function markGap({ id, events }: RelayState, event: EventEnvelope, { sql, now }: EventDeps): boolean {
  if (event.epoch !== events.epoch || event.seq === events.seq + 1) return false
  sql.exec(
    'INSERT OR IGNORE INTO gap (relay, epoch, fromSeq, toSeq, at) VALUES (?, ?, ?, ?, ?)',
    id,
    event.epoch,
    events.seq + 1,
    event.seq - 1,
    event.at ?? now(),
  )
  return true
}
