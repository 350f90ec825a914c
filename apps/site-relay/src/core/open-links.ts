import { versions, type CommandKind, type UpMessage } from '@headframe/protocol'
import { answerTo, type AnswerDeps } from '../ask/answer.ts'
import { allowedBy } from '../command/policy.ts'
import type { Guard } from '../command/guard.ts'
import { softwareVersion } from '../edge/version.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Schedule } from '../fleet/schedule.ts'
import { createLinks, type Links } from '../link/links.ts'
import type { Acknowledgements } from '../store/acknowledgements.ts'
import { createRenewal } from '../store/renewal.ts'
import type { Writer } from '../store/writer.ts'
import type { CoreDeps } from './core.ts'
import type { OpenHistory } from './open-history.ts'
import { relayHealthOf } from './relay-health.ts'

interface Parts {
  readonly fleet: Fleet
  readonly schedule: Schedule
  readonly guard: Guard
  readonly acknowledgements: Acknowledgements
  readonly writer: Writer
  readonly history: OpenHistory
  /** Reads a miner for somebody who asks now. */
  readonly readNow: AnswerDeps['readNow']
}

/** Joins the links with what they tell and ask for. */
export function openLinks(core: CoreDeps, parts: Parts): Links {
  const { fleet, schedule, guard, acknowledgements, writer, history } = parts
  const { stores, keys, capture, log, signal, world, edges } = core
  const { lastReading, inventory } = fleet
  const renewal = createRenewal({
    ...stores,
    pair: core.pair,
    write: writer.write,
    miners: inventory.all,
    now: world.now,
    random: world.random,
  })
  const links = createLinks({
    keys,
    journal: stores.journal,
    backfill: { history, bytesPerSecond: core.config.history.backfillBytesPerSecond },
    frames: { cohorts: fleet.tables.cohorts, deflate: edges.deflate },
    of: ({ control }) => ({
      hello: () => helloOf(core, parts, allowedBy(edges.readPolicy(), control)),
      durable: cursor => acknowledgements.durable(control, cursor),
      command: (order, reply) => void guard.take(control, order, reply),
      told: message => core.pair?.told(control, message),
      renewed: (cursor, beats, epoch) => {
        if (core.meets?.(control, Math.max(epoch, cursor.epoch, ...beats.map(beat => beat.epoch)))) return true
        const renewed = renewal.renewFor(cursor, beats, epoch)
        if (renewed) links.redial()
        return renewed
      },
    }),
    answer: ask => answerTo(ask, { lastReading, readNow: parts.readNow, capture }),
    health: () => relayHealthOf({ schedule, writer, history, monotonic: world.monotonic }),
    openTail: (filter, onMessages) => capture.tail(filter, onMessages),
    lastReading,
    watchChanged: () => schedule.watch(links.watched(), world.monotonic()),
    dial: edges.dial,
    now: world.now,
    monotonic: world.monotonic,
    random: world.random,
    removed: core.pair?.removed,
    log: control => (level, text) => log[level]({ control }, text),
    signal: core.pair?.linksUntil ?? signal,
  })
  return links
}

type Hello = Extract<UpMessage, { type: 'hello' }>

function helloOf(
  { config, stores, world, pair }: CoreDeps,
  { fleet, history }: Parts,
  allowed: readonly CommandKind[],
): Hello {
  return {
    type: 'hello',
    versions,
    software: softwareVersion,
    epoch: stores.journal.epoch(),
    allowed: [...allowed],
    now: world.now(),
    clock: history.clock(),
    term: pair?.term ?? 0,
    demo: config.demo,
    pollEveryMs: config.pollEveryMs,
    cohorts: fleet.inventory.cohorts().map(({ cohort, slots }) => ({ cohort, slots })),
  }
}
