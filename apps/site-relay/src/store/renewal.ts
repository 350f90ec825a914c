import {
  after,
  maxFollowedEpoch,
  type BeatCursor,
  type Cursor,
  type EventBody,
  type MinerInfo,
} from '@headframe/protocol'
import type { CommandStore } from './commands.ts'
import type { Journal } from './journal.ts'
import type { Writer } from './writer.ts'

/** Tells a control everything anew when it cannot go on from where it is [S5]. */
export interface Renewal {
  /**
   * True when a new epoch had to begin, with the whole inventory in it: this box was restored from a backup, control
   * knows a later epoch of its other box, or it misses events that are no longer held.
   * @param control up to where it has the events of this box
   * @param beats up to where it has the frames of either box
   * @param epoch the latest that control knows of any box
   */
  readonly renewFor: (control: Cursor, beats: readonly BeatCursor[], epoch?: number) => boolean
}

export interface RenewalDeps {
  readonly journal: Journal
  readonly write: Writer['write']
  readonly miners: () => readonly MinerInfo[]
  readonly commands: Pick<CommandStore, 'results'>
  /** Present for one of two boxes. */
  readonly pair?:
    | {
        /** False for one that may lack miners of the other: it tells its own, and says nothing of who is gone. */
        readonly isWhole: boolean
      }
    | undefined
  /** Epoch ms. */
  readonly now: () => number
  /** 0 to 1. */
  readonly random: () => number
}

export function createRenewal({ commands, journal, miners, pair, now, random, write }: RenewalDeps): Renewal {
  const { announced } = journal

  function renew(past: number, code: 'restored' | 'gap' | null): true {
    // On a full disk nothing is renewed: the link starts over until it can be.
    write(() => {
      journal.beginEpoch(past, random)
      journal.setAnnounced(journal.epoch())
      const told = miners().map(miner => ({ type: 'miner' as const, miner }))
      journal.append([...noteOf(code), ...told], now())
      if (pair?.isWhole ?? true) journal.append([{ type: 'inventory', miners: told.length }], now())
      if (code === 'gap') journal.append(resultsOf(commands), now())
    })
    return true
  }

  return {
    renewFor: (control, beats, epoch = 0) => {
      const known = Math.max(epoch, control.epoch, ...beats.map(beat => beat.epoch))
      // Nonsense is not followed: the epochs of this relay would come to an end, for every other control too.
      if (known > Math.max(maxFollowedEpoch, journal.epoch())) return false
      const shown = pair ? [] : beats.map(({ epoch: of }) => ({ epoch: of, seq: 0 }))
      const lost = [control, ...shown].some(
        place => place.epoch > 0 && place.epoch >= announced() && !journal.hasWritten(place),
      )
      if (lost) return renew(known, 'restored')
      // The other box spoke in it: its facts are older than ours from now on [S2].
      if (known > journal.epoch()) return renew(known, null)
      return missed(journal, control, announced()) ? renew(0, 'gap') : false
    },
  }
}

/** A control restored from a backup took for expired what it had asked since, and had the result of [C2]. */
export const resultsOf = (commands: Pick<CommandStore, 'results'>): EventBody[] =>
  commands.results().map(result => ({ type: 'result', result }))

/** Something after its place is forgotten, and it was not told again since. */
function missed(journal: Journal, control: Cursor, announced: number): boolean {
  const forgotten = journal.forgotten()
  return after(forgotten, control) && (announced === 0 || after(forgotten, { epoch: announced, seq: 0 }))
}

function noteOf(code: keyof typeof texts | null): EventBody[] {
  return code === null ? [] : [{ type: 'note', level: 'warning', code, text: texts[code] }]
}

const texts = {
  restored: 'The relay was restored from a backup: events after that backup are lost. The inventory is told anew.',
  gap: 'Events that this control did not have are no longer held by the relay. The inventory is told anew.',
} as const
