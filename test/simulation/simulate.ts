import type { ActorCode } from './actor/code.ts'
import { causeTrouble } from './plan.ts'
import { tryAlone } from './rules/alone-model.ts'
import { tryBackfill } from './rules/backfill-model.ts'
import { tryFrames } from './rules/frames-model.ts'
import { tryJournal } from './rules/journal-model.ts'
import { tryLease } from './rules/lease-model.ts'
import { tryLink, tryStrangers } from './rules/link-model.ts'
import { tryGuard } from './rules/guard-model.ts'
import { tryRelays } from './rules/hand-made-relay.ts'
import { tryHistory } from './rules/history-model.ts'
import { tryDialling, tryFrameQueue, tryReplica } from './rules/parts-model.ts'
import { tryWiped } from './rules/pair-model.ts'
import { tryPlaces } from './rules/place-model.ts'
import { tryGreetings } from './rules/session-model.ts'
import { tryStages } from './rules/stages-model.ts'
import { settle } from './settle.ts'
import { createSite, epochMs, noFaults, type Faults, type Violation } from './site.ts'
import { createChance } from './world/chance.ts'
import { closeDisks } from './world/disk.ts'

export interface SimulationResult {
  readonly seed: number
  readonly violation: Violation | null
  /** Of the whole trace: two runs of a seed are the same. */
  readonly digest: string
  readonly steps: number
  readonly virtualMs: number
  readonly trace: readonly string[]
}

/** One seed: trouble for a while, then none, and everything has to be equal and told. */
export async function simulate(seed: number, code: ActorCode, actions = 40): Promise<SimulationResult> {
  const chance = createChance(seed, 'shape')
  const faults: Faults = { relayDisk: noFaults, actorDisk: noFaults, actorDies: () => false }
  const site = createSite({
    seed,
    code,
    faults,
    controls: chance.yes(0.3) ? 2 : 1,
    boxes: chance.yes(0.4) ? 2 : 1,
    newer: chance.yes(0.25),
    miners: chance.between(2, 8),
    pollEveryMs: chance.pick([5000, 15_000, 30_000]),
  })
  const { timeline, trace } = site
  const realNow = Date.now
  Date.now = () => epochMs + timeline.now()
  try {
    tryLink(site.chance.of('link'), site.violated)
    tryFrames(site.chance.of('frames'), site.violated)
    tryJournal(site.chance.of('journal'), site.violated)
    tryLease(site.chance.of('lease'), site.violated)
    tryPlaces(code, site.chance.of('places'), site.violated)
    tryFrameQueue(site.chance.of('frame queue'), site.violated)
    if (seed % 4 === 1) tryHistory(site.chance.of('history'), site.violated)
    if (seed % 50 === 1) {
      tryReplica(code, site.violated)
      await tryDialling(site.violated)
      await tryGuard(site.violated)
      await tryRelays(code, site.violated)
      await tryAlone(code, site.violated)
      await tryStages(code, site.violated)
      await tryWiped(site.violated)
      tryBackfill(site.violated)
      tryGreetings(site.violated)
      tryStrangers(site.violated)
    }
    await causeTrouble(site, faults, actions)
    if (!site.violation()) await settle(site, faults)
  } finally {
    Date.now = realNow
    closeDisks()
  }
  return {
    seed,
    violation: site.violation(),
    digest: trace.digest(),
    steps: timeline.steps(),
    virtualMs: timeline.now(),
    trace: trace.tail(60),
  }
}
