import type { ActorCode } from './actor/code.ts'
import { passTime } from './plan.ts'
import type { Scenario } from './scenarios.ts'
import { settle } from './settle.ts'
import { createSite, epochMs, noFaults, type Faults, type Violation } from './site.ts'
import { closeDisks, PowerCut, type DiskFaults } from './world/disk.ts'

/** One crash at one place, and what came of it. */
export interface Crash {
  readonly scenario: string
  readonly disk: DiskName
  /** Of the writes of the scenario, from 1. */
  readonly write: number
  readonly side: Side
  readonly violation: Violation | null
  readonly trace: readonly string[]
}

type DiskName = 'relayDisk' | 'actorDisk'
type Side = 'before' | 'after'

const disks: readonly DiskName[] = ['relayDisk', 'actorDisk']
const sides: readonly Side[] = ['before', 'after']

export interface Enumerated {
  readonly scenario: string
  readonly writes: Readonly<Record<DiskName, number>>
  /** Those that broke something. */
  readonly failed: readonly Crash[]
  readonly crashes: number
}

/**
 * Runs a scenario once to count what it writes, then once for every write and each side of it, with the power cut
 * exactly there. Commits are writes too.
 * @param until stops at the first crash for which it is true
 */
export async function enumerateCrashes(
  scenario: Scenario,
  code: ActorCode,
  until: (crash: Crash) => boolean = () => false,
): Promise<Enumerated> {
  const writes = await countWrites(scenario, code)
  const failed: Crash[] = []
  let crashes = 0
  for (const disk of disks) {
    for (let write = 1; write <= writes[disk]; write += 1) {
      for (const side of sides) {
        const crash = await crashAt({ scenario, code, disk, write, side })
        crashes += 1
        if (crash.violation) failed.push(crash)
        if (until(crash)) return { scenario: scenario.name, writes, failed, crashes }
      }
    }
  }
  return { scenario: scenario.name, writes, failed, crashes }
}

async function countWrites(scenario: Scenario, code: ActorCode): Promise<Record<DiskName, number>> {
  const counts = { relayDisk: 0, actorDisk: 0 }
  const counting = (disk: DiskName): DiskFaults => ({
    before: () => 'go',
    after: () => {
      counts[disk] += 1
    },
  })
  const faults = { relayDisk: counting('relayDisk'), actorDisk: counting('actorDisk') }
  const { violation } = await run(scenario, code, faults)
  if (violation) throw new Error(`${scenario.name} without a crash: [${violation.rule}] ${violation.text}`)
  return counts
}

interface Place {
  readonly scenario: Scenario
  readonly code: ActorCode
  readonly disk: DiskName
  readonly write: number
  readonly side: Side
}

async function crashAt({ scenario, code, disk, write, side }: Place): Promise<Crash> {
  let left = write
  const count = () => {
    left -= 1
    if (left === 0) throw new PowerCut(`at write ${write}`)
  }
  const cut: DiskFaults =
    side === 'after'
      ? { before: () => 'go', after: count }
      : {
          before: () => {
            count()
            return 'go'
          },
          after: () => {},
        }
  const { violation, trace } = await run(scenario, code, { [disk]: cut })
  return { scenario: scenario.name, disk, write, side, violation, trace }
}

async function run(scenario: Scenario, code: ActorCode, during: Partial<Pick<Faults, DiskName>>) {
  const faults: Faults = { relayDisk: noFaults, actorDisk: noFaults, actorDies: () => false }
  const site = createSite({
    seed: 1,
    code,
    faults,
    controls: scenario.controls ?? 1,
    boxes: scenario.boxes ?? 1,
    newer: false,
    miners: 3,
    pollEveryMs: 30_000,
  })
  const realNow = Date.now
  Date.now = () => epochMs + site.timeline.now()
  try {
    if (scenario.warmUpMs > 0) await passTime(site, scenario.warmUpMs)
    Object.assign(faults, during)
    await scenario.run(site)
    Object.assign(faults, { relayDisk: noFaults, actorDisk: noFaults })
    if (!site.violation()) await settle(site, faults)
  } finally {
    Date.now = realNow
    closeDisks()
  }
  return { violation: site.violation(), trace: site.trace.tail(40) }
}
