import type { MinerInfo, Reach, Reading } from '@headframe/protocol'
import type { MinerErrorCode } from '@headframe/miners'
import { agreement } from '../discovery/identity.ts'
import type { Conversations } from './conversation.ts'
import type { Fleet } from './fleet.ts'
import type { Found } from './inventory.ts'
import type { Due, PollEnd } from './schedule.ts'
import type { WholeReadings } from './whole-readings.ts'

export type ReadResult =
  /** `refreshed`: it was asked for what moves only, and the rest is what was known. */
  | { readonly kind: 'read'; readonly found: Found & { readonly reading: Reading }; readonly refreshed?: boolean }
  | { readonly kind: 'failed'; readonly code: MinerErrorCode }

export interface PollDeps {
  readonly fleet: Fleet
  readonly conversations: Conversations
  readonly wholes: WholeReadings
  /** Reads a miner once, within its deadline; what moves is enough where `before` is told. Rejects never. */
  readonly read: (info: MinerInfo, signal: AbortSignal, before: Reading | null) => Promise<ReadResult>
  /** Another machine answers at this address. */
  readonly onStranger: (found: Found) => void
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** Polls one miner and says how it ended. */
export async function pollOnce(info: MinerInfo, due: Omit<Due, 'miner'>, deps: PollDeps): Promise<PollEnd> {
  if (info.address === '') return 'failed'
  const before = due.failures === 0 && !due.fast ? refreshable(info, deps) : null
  const result = await deps.conversations.poll(info.address, signal => readAndTake(info, deps, { signal, before }))
  if (result === null) return 'again'
  if (result.kind === 'read') return isAt(info, deps) ? endOf(info, result.found) : 'again'
  const reach = reachOf(result.code)
  if (reach === null) return 'again'
  // One lost or broken answer is no silence: a second look follows soon.
  if (reach === 'unauthorized' || due.failures > 0) deps.fleet.miss(info.id, reach)
  return 'failed'
}

/** Reads a miner in full for somebody who asks now, or joins the reading that is going on. */
export async function readNow(info: MinerInfo, deps: PollDeps): Promise<ReadResult> {
  return await deps.conversations.read(info.address, signal => readAndTake(info, deps, { signal, before: null }))
}

interface How {
  readonly signal: AbortSignal
  readonly before: Reading | null
}

/** Whoever joins gets the answer; what it says of the miner is taken once. */
async function readAndTake(info: MinerInfo, deps: PollDeps, { signal, before }: How): Promise<ReadResult> {
  const result = await deps.read(info, signal, before)
  if (result.kind === 'read' && isAt(info, deps)) take(info, result, deps)
  return result
}

function refreshable(info: MinerInfo, { fleet, wholes, monotonic }: PollDeps): Reading | null {
  return wholes.isDue(info, monotonic()) ? null : fleet.lastReading(info.id)
}

/** It may have moved while it was being read. */
const isAt = (info: MinerInfo, { fleet }: PollDeps) => fleet.inventory.at(info.address)?.id === info.id

const endOf = (info: MinerInfo, found: Found): PollEnd => (agreement(info, found) === false ? 'failed' : 'answered')

function take(info: MinerInfo, { found, refreshed }: Extract<ReadResult, { kind: 'read' }>, deps: PollDeps): void {
  const { fleet, onStranger, wholes, monotonic } = deps
  if (agreement(info, found) === false) onStranger(found)
  else if (refreshed) fleet.refresh(info.id, found.reading)
  else {
    wholes.taken(info, monotonic())
    fleet.tell(info.id, found)
  }
}

/** What a failed read says of the miner; null when it says nothing. */
function reachOf(code: MinerErrorCode): Exclude<Reach, 'answering' | 'waiting'> | null {
  switch (code) {
    case 'local-shortage':
    case 'aborted':
    case 'busy':
      return null
    case 'timeout':
    case 'refused':
    case 'unreachable':
    case 'closed':
    case 'not-ready':
      return 'silent'
    case 'unauthorized':
    case 'api-disabled':
      return 'unauthorized'
    case 'bad-reply':
    case 'too-large':
    case 'unsupported':
    case 'unknown-family':
      return 'garbled'
  }
}
