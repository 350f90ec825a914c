import { commandKind, type UpMessage } from '@headframe/protocol'
import { dropCohorts } from './beat-store.ts'
import { commandsChanged, redeliver } from './delivery.ts'
import { commonVersion } from './handshake.ts'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { saveStatus, sendWatch, silentAfterMs } from './presence.ts'
import { clockOfHello } from './relay-clock.ts'
import type { RelayState } from './relay-book.ts'
import { cursorOf, judgeTurn, latestEpoch, takeTurn } from './turn.ts'

type Hello = Extract<UpMessage, { type: 'hello' }>

/** A box that proved its key says how it is, and whether it speaks for its relay or stands by. */
export function takeHello(parts: SiteParts, link: Link, hello: Hello): void {
  const version = commonVersion(hello)
  const state = parts.book.get(link.seat.relay)
  if (version === null) return parts.links.close(link, 'versionMismatch')
  if (state === undefined) return parts.links.close(link, 'unknownRelay')
  const turn = judgeTurn(state, link.seat, hello.term)
  if (turn === 'refused') return parts.links.close(link, 'notHolder')
  if (turn === 'alone') return parts.links.close(link, 'notOfPair')
  closeOlder(parts, link, turn === 'speaks')
  if (turn === 'speaks') speak(parts, link, { hello, state })
  parts.links.change(link, { stage: turn === 'speaks' ? 'linked' : 'standby' })
  welcome(parts, link, version)
  tellBoxes(parts, link)
  parts.alarms.set('silence', parts.now() + silentAfterMs)
  if (turn === 'stands-by') return
  sendWatch(parts)
  redeliver(parts, link)
}

/** A box has one link, and a relay one that speaks. */
function closeOlder(parts: SiteParts, link: Link, speaks: boolean): void {
  const { relay, box } = link.seat
  for (const older of parts.links.all()) {
    const { seat } = older
    if (older === link || seat.relay !== relay) continue
    if (seat.box === box && (seat.stage === 'linked' || seat.stage === 'standby'))
      parts.links.close(older, 'superseded')
    else if (speaks && seat.stage === 'linked') parts.links.close(older, 'notHolder')
  }
}

function speak(parts: SiteParts, { seat }: Link, { hello, state }: { hello: Hello; state: RelayState }): void {
  const now = parts.now()
  const { demo, epoch, pollEveryMs, software } = hello
  const allowed = commandKind.options.filter(kind => hello.allowed.includes(kind))
  const told = { ...clockOfHello(hello.now, now), allowed, demo, epoch, pollEveryMs, software }
  const taken = takeTurn(state, seat, hello.term ?? 0)
  // The box of before may have acted on what it was sent; what it was not sent goes to this one [C2].
  if (taken.over) commandsChanged(parts, parts.journal.interrupt(seat.relay))
  if (taken.state.turn.term > state.turn.term) commandsChanged(parts, parts.journal.doubt(seat.relay))
  const gone = goneCohorts(parts, taken.state, hello)
  const kept = gone.length === 0 ? taken.state : dropCohorts(taken.state, parts.replicas.of(seat.relay), gone)
  saveStatus(parts, { ...kept, ...told, silentSince: null, lastHeardAt: now })
  if (gone.length > 0) parts.dashboards.refreshAll()
}

/**
 * Cohorts whose rows are here, and that the box that speaks does not have: nobody would ever change them. A box of two
 * that has none yet took over before it had copied the inventory.
 */
function goneCohorts({ replicas }: SiteParts, { id, turn }: RelayState, { cohorts }: Hello): readonly number[] {
  if (cohorts.length === 0 && turn.term > 0) return []
  const told = new Set(cohorts.map(({ cohort }) => cohort))
  return replicas
    .of(id)
    .cohorts()
    .filter(cohort => !told.has(cohort))
}

function welcome(parts: SiteParts, link: Link, version: number): void {
  const { relay } = link.seat
  const state = parts.book.get(relay)
  if (state === undefined) return
  parts.links.send(link, {
    type: 'welcome',
    version,
    events: cursorOf(state, link.seat),
    epoch: latestEpoch(state),
    beats: parts.replicas.of(relay).cursors(),
    history: state.history,
    now: parts.now(),
  })
}

/** Dashboards are told which boxes there are, where that changed. */
function tellBoxes(parts: SiteParts, { seat }: Link): void {
  const state = parts.book.get(seat.relay)
  if (state === undefined || seat.boxes.length < 2) return
  const boxes = seat.boxes.map(({ name, publicKey }) => ({ name, publicKey }))
  parts.book.touch({ ...state, turn: { ...state.turn, boxes } })
  followBoxes(parts)
}

/** Links came or went: which boxes are there, and which of them speaks. */
export function followBoxes(parts: SiteParts): void {
  const seats = parts.links.all().map(({ seat }) => seat)
  for (const state of parts.book.all()) {
    if (state.turn.boxes.length < 2 && state.boxes.length === 0) continue
    const own = seats.filter(({ relay }) => relay === state.id)
    const several = state.turn.boxes.length < 2 ? [] : state.turn.boxes
    const boxes = several.map(({ name, publicKey }) => ({
      name,
      linked: own.some(({ box, stage }) => box === publicKey && (stage === 'linked' || stage === 'standby')),
      speaks: own.some(({ box, stage }) => box === publicKey && stage === 'linked'),
    }))
    if (JSON.stringify(boxes) !== JSON.stringify(state.boxes)) saveStatus(parts, { ...state, boxes })
  }
}
