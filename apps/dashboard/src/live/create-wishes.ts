import type { CapturedMessage, FromDashboard, MessageFilter, MinerId, Reading } from '@headframe/protocol'
import { createSignal } from 'solid-js'

export interface Tail {
  readonly messages: readonly CapturedMessage[]
  /** Left out before these. */
  readonly skipped: number
}

/** What this page wants beside the columns: the details of one miner, a tail of messages. A new socket is told again. */
export function createWishes(send: (message: FromDashboard) => void) {
  const [detail, setDetail] = createSignal<{ miner: MinerId; reading: Reading } | null>(null)
  let watched: MinerId | null = null
  let followed: { filter: MessageFilter; take: (tail: Tail) => void } | null = null

  return {
    detail,
    tellAgain: () => {
      send({ type: 'watch', miner: watched })
      if (followed) send({ type: 'tail', filter: followed.filter })
    },
    takeDetail: (miner: MinerId, reading: Reading) => {
      if (miner === watched) setDetail({ miner, reading })
    },
    takeTail: (tail: Tail) => followed?.take(tail),
    watch: (miner: MinerId | null) => {
      watched = miner
      setDetail(null)
      send({ type: 'watch', miner })
    },
    follow: (filter: MessageFilter | null, take: (tail: Tail) => void) => {
      followed = filter && { filter, take }
      send({ type: 'tail', filter })
    },
  }
}
