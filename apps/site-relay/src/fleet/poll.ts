import type { MinerInfo, Reach, Reading } from '@headframe/protocol'
import type { MinerErrorCode } from '@headframe/miners'
import { agreement } from '../discovery/identity.ts'
import type { Conversations } from './conversation.ts'
import type { Fleet } from './fleet.ts'
import type { Found } from './inventory.ts'
import type { PollEnd } from './schedule.ts'

export type ReadResult =
  | { readonly kind: 'read'; readonly found: Found & { readonly reading: Reading } }
  | { readonly kind: 'failed'; readonly code: MinerErrorCode }

export interface PollDeps {
  readonly fleet: Fleet
  readonly conversations: Conversations
  /** Reads a miner once, within its deadline. Rejects never. */
  readonly read: (info: MinerInfo, signal: AbortSignal) => Promise<ReadResult>
  /** Another machine answers at this address. */
  readonly onStranger: (found: Found) => void
}

/** Polls one miner and says how it ended. `failures` counts those before in a row. */
export async function pollOnce(info: MinerInfo, failures: number, deps: PollDeps): Promise<PollEnd> {
  if (info.address === '') return 'failed'
  const result = await deps.conversations.poll(info.address, signal => deps.read(info, signal))
  if (result === null) return 'again'
  if (result.kind === 'read') return takeReading(info, result.found, deps)
  const reach = reachOf(result.code)
  if (reach === null) return 'again'
  // One lost or broken answer is no silence: a second look follows soon.
  if (reach === 'unauthorized' || failures > 0) deps.fleet.miss(info.id, reach)
  return 'failed'
}

function takeReading(info: MinerInfo, found: Found, { fleet, onStranger }: PollDeps): PollEnd {
  // It may have moved while it was being read.
  const here = fleet.inventory.at(info.address)
  if (here?.id !== info.id) return 'again'
  if (agreement(info, found) === false) {
    onStranger(found)
    return 'failed'
  }
  fleet.tell(info.id, found)
  return 'answered'
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
