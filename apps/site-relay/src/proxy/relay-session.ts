import type { Socket } from 'node:net'
import type { Clock } from '../capture/clock.ts'
import { codeOf } from './dial.ts'
import type { Copied } from './outbox.ts'
import { pump } from './pump.ts'

export interface SessionDeps {
  readonly clock: Clock
  readonly onCopied: (copied: Copied) => void
  /** Once, when both connections are closed. */
  readonly onEnd: (reason: string) => void
  /** How long one side may go on after the other said its last, without a byte moving. */
  readonly graceMs: number
}

/** A running session: a miner's connection and the pool connection that belongs to it, and to no other. */
export interface RelaySession {
  /** Ends it at once. */
  stop(reason: string): void
}

/** Joins two connections until both are over. The end of one is passed on as it came: after its last byte. */
export function relaySession(miner: Socket, pool: Socket, deps: SessionDeps): RelaySession {
  let reason: string | null = null
  let deadline: NodeJS.Timeout | null = null
  let openSides = 2
  let lost = false

  const destroyBoth = () => {
    miner.destroy()
    pool.destroy()
  }
  const endWithin = (ms: number) => {
    if (deadline !== null) clearTimeout(deadline)
    deadline = setTimeout(destroyBoth, ms)
  }
  const onCopied = (copied: Copied) => {
    if (!lost) deadline?.refresh()
    deps.onCopied(copied)
  }
  const pumps = [
    pump({ from: miner, to: pool, direction: 'to-pool' }, { clock: deps.clock, onCopied }),
    pump({ from: pool, to: miner, direction: 'to-miner' }, { clock: deps.clock, onCopied }),
  ]
  const ended = () => {
    if (deadline !== null) clearTimeout(deadline)
    deadline = null
    for (const each of pumps) each.finish()
    deps.onEnd(reason ?? 'closed')
  }

  const watch = (socket: Socket, peer: Socket, name: string) => {
    socket.on('end', () => {
      reason ??= `${name} closed`
      peer.end()
      endWithin(deps.graceMs)
    })
    socket.on('error', error => {
      reason ??= `${name} lost: ${codeOf(error)}`
    })
    socket.on('close', () => {
      if (--openSides === 0) return ended()
      if (socket.readableEnded && socket.errored === null) return
      // What the peer was already given still reaches it; what it says now reaches nobody.
      lost = true
      peer.end()
      peer.resume()
      endWithin(Math.min(lostMs, deps.graceMs))
    })
  }
  watch(miner, pool, 'miner')
  watch(pool, miner, 'pool')
  miner.resume()
  pool.resume()

  return {
    stop(why) {
      reason ??= why
      destroyBoth()
    },
  }
}

/** Time for the side that is left to take its last bytes and close. */
const lostMs = 2000
