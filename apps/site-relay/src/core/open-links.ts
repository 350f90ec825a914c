import { versions, type CommandKind, type UpMessage } from '@headframe/protocol'
import { deflateRawSync } from 'node:zlib'
import { answerTo } from '../ask/answer.ts'
import { allowedBy } from '../command/policy.ts'
import { readPolicyFile } from '../command/policy-file.ts'
import type { Guard } from '../command/guard.ts'
import { softwareVersion } from '../edge/version.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Schedule } from '../fleet/schedule.ts'
import { createLinks, type Links } from '../link/links.ts'
import type { Acknowledgements } from '../store/acknowledgements.ts'
import { createRenewal } from '../store/renewal.ts'
import type { CoreDeps } from './core.ts'

interface Parts {
  readonly fleet: Fleet
  readonly schedule: Schedule
  readonly guard: Guard
  readonly acknowledgements: Acknowledgements
}

/** Joins the links with what they tell and ask for. */
export function openLinks(core: CoreDeps, { fleet, schedule, guard, acknowledgements }: Parts): Links {
  const { stores, keys, capture, log, signal } = core
  const { lastReading, inventory } = fleet
  const renewal = createRenewal({ ...stores, miners: inventory.all, now: Date.now })
  const links = createLinks({
    keys,
    journal: stores.journal,
    frames: { cohorts: fleet.tables.cohorts, deflate: bytes => deflateRawSync(bytes) },
    of: ({ control }) => ({
      hello: () => helloOf(core, fleet, allowedBy(readPolicyFile(core.dataDir), control)),
      durable: cursor => acknowledgements.durable(control, cursor),
      command: (order, accepted) => void guard.take(control, order, accepted),
    }),
    renewed: (cursor, beats) => {
      const renewed = renewal.renewFor(cursor, beats)
      if (renewed) links.redial()
      return renewed
    },
    startFor: renewal.startFor,
    answer: ask => answerTo(ask, { lastReading, capture }),
    openTail: (filter, onMessages) => capture.tail(filter, onMessages),
    lastReading,
    watchChanged: () => schedule.watch(links.watched(), performance.now()),
    now: Date.now,
    monotonic: () => performance.now(),
    random: Math.random,
    log: control => (level, text) => log[level]({ control }, text),
    signal,
  })
  return links
}

type Hello = Extract<UpMessage, { type: 'hello' }>

function helloOf({ config, stores }: CoreDeps, { inventory }: Fleet, allowed: readonly CommandKind[]): Hello {
  return {
    type: 'hello',
    versions,
    software: softwareVersion,
    epoch: stores.journal.epoch(),
    allowed: [...allowed],
    demo: config.demo,
    pollEveryMs: config.pollEveryMs,
    cohorts: inventory.cohorts().map(({ cohort, slots }) => ({ cohort, slots })),
  }
}
