import { reservedMs } from '@headframe/protocol'
import type { KeeperDeps } from './keeper.ts'

/** That a person said that this box is to act [S8]. It is in the database, where `headframe takeover` writes it while we run. */
export interface PersonsWord {
  /** Said, and no giver has answered since. */
  readonly stands: () => boolean
  /** The term to act under by it; `null` while a giver may be there: it would have given by then, were the other box off. */
  readonly term: () => number | null
  readonly asked: () => void
  /** What a giver is asked, it answers; or it is not asked any more. */
  readonly unasked: () => void
  /** A giver answered: it knows, or knows better, and that ends it for good. */
  readonly end: () => void
}

export function personsWord({ world, store, write }: Pick<KeeperDeps, 'world' | 'store' | 'write'>): PersonsWord {
  /** A word that a giver ended, though a full disk may still hold it. */
  let ended: number | null = null
  /** When the giver was asked first of all that it has not answered since. */
  let silentFrom = Infinity
  const said = () => {
    const { own } = store.read()
    return own === ended ? null : own
  }
  return {
    stands: () => said() !== null,
    term: () => (world.monotonic() < silentFrom + reservedMs ? null : said()),
    asked: () => {
      silentFrom = Math.min(silentFrom, world.monotonic())
    },
    unasked: () => {
      silentFrom = Infinity
    },
    end: () => {
      const { own } = store.read()
      if (own === null) return
      ended = own
      write(store.giverKnows)
    },
  }
}
