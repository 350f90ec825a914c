import type { StratumSession } from '@headframe/protocol'
import type { CopySession } from './copy-record.ts'

/** A session of which nothing is known but that it began. */
export function freshSession({ id, peer, listener, pool, startedAt }: CopySession): StratumSession {
  return {
    id,
    peer,
    listener,
    pool,
    startedAt,
    endedAt: null,
    endReason: null,
    agent: null,
    worker: null,
    difficulty: null,
    accepted: 0,
    rejected: 0,
    messagesToPool: 0,
    messagesToMiner: 0,
    bytesToPool: 0,
    bytesToMiner: 0,
    lastShareAt: null,
  }
}
