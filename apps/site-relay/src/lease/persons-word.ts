import type { KeeperDeps } from './keeper.ts'

/** That a person said that this box is to act [S8]. It is in the database, where `headframe takeover` writes it while we run. */
export interface PersonsWord {
  /** The term to act under; `null` for none, or while a giver may know better. */
  readonly term: (isGiverAway: () => boolean) => number | null
  /** A giver answered: that ends it for good. */
  readonly end: () => void
}

export function personsWord({ store, write }: Pick<KeeperDeps, 'store' | 'write'>): PersonsWord {
  /** Said before this run, or before the giver last answered: the other box may act by now. */
  let stale = store.read().own
  return {
    term: isGiverAway => {
      const { own } = store.read()
      return own !== stale || isGiverAway() ? own : null
    },
    end: () => {
      stale = store.read().own
      if (stale !== null) write(store.giverKnows)
    },
  }
}
