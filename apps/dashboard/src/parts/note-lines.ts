import type { LostEvents, RelayId, SiteNotes } from '@headframe/protocol'
import { plural } from './amount.ts'

export interface NoteLine {
  readonly relay: RelayId
  /** By the clock of control. */
  readonly at: number
  readonly isWarning: boolean
  readonly text: string
}

/** What relays noted, and what of theirs is lost, newest first. */
export function noteLines({ notes, gaps, quarantined }: SiteNotes): NoteLine[] {
  const line = ({ relay, lastAt }: LostEvents, text: string) => ({ relay, at: lastAt, isWarning: true, text })
  return [
    ...notes.map(({ relay, at, level, text }) => ({ relay, at, isWarning: level === 'warning', text })),
    ...gaps.map(part => line(part, neverCame(part.events))),
    ...quarantined.map(part => line(part, putAside(part.events))),
  ].toSorted((a, b) => b.at - a.at)
}

const neverCame = (events: number) =>
  `${plural(events, 'event')} never came: the relay lost ${events === 1 ? 'it' : 'them'} before ${events === 1 ? 'it' : 'they'} could be sent.`

const putAside = (events: number) =>
  `${plural(events, 'event')} could not be read. ${events === 1 ? 'It is kept as it' : 'They are kept as they'} came.`
