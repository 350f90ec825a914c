import { versions, type ControlId, type Cursor, type UpMessage } from '@headframe/protocol'
import type { ActingBox, CoreDeps, Told } from '../core/core.ts'
import { softwareVersion } from '../edge/version.ts'
import { createLinks, type Links } from '../link/links.ts'
import { tickMs } from '../link/link.ts'
import { createAcknowledgements } from '../store/acknowledgements.ts'
import type { Writer } from '../store/writer.ts'
import { tellLostEvents } from './lost-events.ts'
import { createReplica, type Replica, type ReplicaDeps } from './replica.ts'

/**
 * What a box does that does not act: it is linked, tells what its journal still holds from when it acted, copies the
 * inventory, and asks no miner anything. What it told is acknowledged at its own place: control keeps one for each box,
 * since both journals go on, each in its own epochs [S3].
 */
export interface Standby {
  readonly links: Links
  readonly replica: Replica
}

export interface StandbyDeps extends CoreDeps {
  readonly write: Writer['write']
  /** The control that gives the lease; `null` when a witness does. */
  readonly giver: ControlId | null
  /** The one control to copy from; absent for any. */
  readonly only?: ControlId
  readonly told: Told
  /** A control says that it took this box away from its relay. */
  readonly removed?: ActingBox['removed']
  /** A control knows of epochs up to this one. */
  readonly onEpoch: (epoch: number) => void
}

const followEveryMs = 1000
const acknowledgeEveryMs = 2000

export function openStandby(deps: StandbyDeps): Standby {
  const { stores, world, signal, write } = deps
  const links = openLinks(deps, (control, message) => {
    if (message.type === 'page') replica.take(control, message)
    else deps.told(control, message)
  })
  const controls = () => copiedFrom(deps)
  const source: ReplicaDeps['source'] = holdsNothing => sourceOf(deps, links, holdsNothing)
  const replica = createReplica({ stores, write, source, controls, say: links.say, monotonic: world.monotonic })
  const follow = () => links.follow(stores.controls.all())
  follow()
  world.every(tickMs, links.tick, signal)
  world.every(followEveryMs, follow, signal)
  world.every(followEveryMs / 4, replica.tick, signal)
  return { links, replica }
}

function openLinks(deps: StandbyDeps, told: Told): Links {
  const { stores, keys, world, edges, log, signal, write } = deps
  const acknowledgements = createAcknowledgements({ ...stores, write })
  world.every(acknowledgeEveryMs, acknowledgements.flush, signal)
  return createLinks({
    keys,
    journal: stores.journal,
    frames: { cohorts: () => [], deflate: edges.deflate },
    of: ({ control }) => ({
      hello: () => helloOf(deps),
      durable: cursor => {
        if (isToldAnew(deps, control, cursor)) acknowledgements.durable(control, cursor)
      },
      // Control sends none to a box that stands by.
      command: () => {},
      told: message => told(control, message),
      renewed: (cursor, beats, epoch) => {
        deps.onEpoch(Math.max(epoch, ...beats.map(beat => beat.epoch)))
        tellLostEvents(deps, cursor)
        return false
      },
    }),
    answer: async () => ({ kind: 'failed', code: 'relay-silent', text: 'This box stands by.' }),
    openTail: () => ({ [Symbol.dispose]: () => {} }),
    lastReading: () => null,
    watchChanged: () => {},
    dial: edges.dial,
    now: world.now,
    monotonic: world.monotonic,
    random: world.random,
    removed: deps.removed,
    log: control => (level, text) => log[level]({ control }, text),
    signal,
  })
}

/**
 * What a box tells of the inventory while it stands by is old to a control where the other spoke, and not taken there: it
 * tells all anew when it acts again. False when that could not be written down.
 */
function isToldAnew(
  { stores: { controls, journal }, write }: StandbyDeps,
  control: ControlId,
  cursor: Cursor,
): boolean {
  const isLate = journal.announced() > 0 && journal.holdsFacts(controls.cursor(control), cursor)
  return !isLate || write(() => journal.setAnnounced(0))
}

const copiedFrom = ({ stores, only }: StandbyDeps): ControlId[] =>
  stores.controls
    .all()
    .map(({ control }) => control)
    .filter(control => only === undefined || control === only)

/** The giver, when it is a control, else the first that was joined, of those that are linked and hold something. */
function sourceOf(deps: StandbyDeps, links: Links, holdsNothing: (control: ControlId) => boolean): ControlId | null {
  const states = links.states()
  const up = copiedFrom(deps).filter(control => states[control] === 'up')
  const full = up.filter(control => !holdsNothing(control))
  const from = full.length > 0 ? full : up
  return from.find(control => control === deps.giver) ?? from[0] ?? null
}

type Hello = Extract<UpMessage, { type: 'hello' }>

function helloOf({ config, stores, world }: CoreDeps): Hello {
  return {
    type: 'hello',
    versions,
    software: softwareVersion,
    epoch: stores.journal.epoch(),
    allowed: [],
    now: world.now(),
    clock: 'plausible',
    term: null,
    demo: config.demo,
    pollEveryMs: config.pollEveryMs,
    cohorts: [],
  }
}
