import type { RelayStatus } from '@headframe/protocol'
import { clockText, plural } from './amount.ts'

/** Something that holds of a relay now. */
export interface RelayNote {
  readonly text: string
  /** For who sees no more than a word; absent where nothing has to be done. */
  readonly word?: string
}

const beatMs = 60_000
/** History that ends at the last beat or the one before is whole. */
const wholeMs = 3 * beatMs

/** What is to be known of a relay beside whether it is connected, gravest first. */
export function relayNotes(relay: RelayStatus, now: number): RelayNote[] {
  return [
    ...diskNotes(relay),
    ...pollNotes(relay),
    ...boxNotes(relay),
    ...clockNotes(relay),
    ...historyNotes(relay, now),
  ]
}

function diskNotes({ health }: RelayStatus): RelayNote[] {
  const text = 'Its disk is full: it reads on, but takes no command and tells no event until there is space'
  return health?.disk === 'full' ? [{ text, word: 'Disk full' }] : []
}

function pollNotes({ health }: RelayStatus): RelayNote[] {
  const late = health?.latePolls ?? 0
  const text = `${plural(late, 'poll')} should have begun a whole interval ago`
  return late > 0 ? [{ text, word: 'Polls late' }] : []
}

function boxNotes({ boxes, silentSince }: RelayStatus): RelayNote[] {
  if (boxes.length < 2 || silentSince !== null) return []
  const away = boxes.filter(box => !box.linked)
  const texts = boxes.map(
    ({ name, linked, speaks }) => `${name} ${linked ? (speaks ? 'speaks' : 'stands by') : 'is away'}`,
  )
  const note = { text: texts.join(', ') }
  if (!boxes.some(box => box.speaks)) return [{ ...note, text: `${note.text}: none speaks`, word: 'No box speaks' }]
  return away.length > 0 ? [{ ...note, word: 'Standby away' }] : [note]
}

function clockNotes({ clockOffsetMs, health }: RelayStatus): RelayNote[] {
  if (clockOffsetMs !== 0) {
    const where = clockOffsetMs > 0 ? 'ahead' : 'behind'
    return [{ text: `Its clock is ${differenceText(Math.abs(clockOffsetMs))} ${where}; times are corrected` }]
  }
  return health?.clock === 'wrong' ? [{ text: 'It does not trust its own clock' }] : []
}

function historyNotes({ historyThroughAt, clockOffsetMs, silentSince }: RelayStatus, now: number): RelayNote[] {
  if (historyThroughAt === null) return []
  const throughAt = historyThroughAt - clockOffsetMs
  if (silentSince === null && now - throughAt <= wholeMs) return []
  const missing = silentSince === null ? 'the rest is being sent' : 'the rest comes when it is back'
  return [{ text: `History complete to ${clockText(throughAt, now)}; ${missing}` }]
}

const steps = [
  { unit: 's', s: 1 },
  { unit: 'min', s: 60 },
  { unit: 'h', s: 3600 },
  { unit: 'd', s: 86_400 },
] as const

/** Rounded to the nearest: a clock that was set an hour ahead is measured as some milliseconds less. */
function differenceText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  const { unit, s } = steps.findLast(step => seconds >= step.s * 0.99) ?? steps[0]
  return `${Math.round(seconds / s)} ${unit}`
}
