import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import { median, rounded } from '../quantile.ts'
import type { LargeSite, Visits } from './large-site.ts'
import type { Health, PollingRelay } from './polling-relay.ts'
import { useOf, type ProcessUse } from './process-use.ts'

export interface Steady {
  readonly lab: Lab
  readonly site: LargeSite
  readonly relay: PollingRelay
  readonly pollEveryMs: number
}

const minutes = 3
const looksPerMinute = 6

/** What relay and simulator use, and how often the miners are read, in three minutes in which nothing else happens. */
export async function steadyMinutes(steady: Steady) {
  const looks = [await look(steady)]
  for (let count = 1; count <= minutes * looksPerMinute; count++) {
    await sleep(60_000 / looksPerMinute)
    looks.push(await look(steady))
    if (count % looksPerMinute === 0)
      steady.lab.say(`minute ${count / looksPerMinute} of ${minutes}, load ${loadavg()[0]}`)
  }
  return figures(looks, steady)
}

interface Look {
  readonly at: number
  readonly uses: Readonly<Record<string, ProcessUse>>
  readonly visits: Visits
  readonly health: Health
  readonly load: number
}

async function look({ site, relay }: Steady): Promise<Look> {
  const processes = [...relay.processes, { name: 'simulator', pid: site.pid }]
  const [visits, health] = await Promise.all([site.visits(), relay.health()])
  const uses = Object.fromEntries(processes.map(one => [one.name, useOfRunning(one)]))
  return { at: performance.now(), uses, visits, health, load: loadavg()[0] ?? Number.NaN }
}

/** Figures of a process that was started anew in between would be worth nothing. */
function useOfRunning({ name, pid }: { readonly name: string; readonly pid: number }): ProcessUse {
  try {
    return useOf(pid)
  } catch (cause) {
    throw new Error(`${name} (${pid}) ended while it was measured`, { cause })
  }
}

function figures(looks: readonly Look[], { pollEveryMs }: Steady) {
  const [first, last] = [looks[0], looks.at(-1)]
  if (!first || !last) throw new Error('a measurement has a beginning and an end')
  const tookMs = last.at - first.at
  const answered = last.health.polls.answered - first.health.polls.answered
  const core = useBetween(looks, 'fleet core')
  const simulator = useBetween(looks, 'simulator')
  const others = Object.keys(first.uses).filter(name => name !== 'fleet core' && name !== 'simulator')
  const intervals = last.visits.intervals.map((count, second) => count - (first.visits.intervals[second] ?? 0))
  return {
    measuredS: rounded(tookMs / 1000, 1),
    relayCpuCores: core.cpuCores,
    relayRssMb: core.rssMb,
    relayPeakRssMb: core.peakRssMb,
    relayCpuMsPerPoll: rounded((core.cpuCores * tookMs) / answered, 3),
    simulatorCpuCores: simulator.cpuCores,
    simulatorRssMb: simulator.rssMb,
    simulatorCpuMsPerPoll: rounded((simulator.cpuCores * tookMs) / answered, 3),
    others: Object.fromEntries(others.map(name => [name, useBetween(looks, name)])),
    pollsPerSecond: rounded((answered / tookMs) * 1000, 1),
    connectionsPerSecond: rounded(((last.visits.connections - first.visits.connections) / tookMs) * 1000, 1),
    failedPolls: last.health.polls.failed - first.health.polls.failed,
    latePolls: Math.max(...looks.map(({ health }) => health.polls.late)),
    withinBeat: withinBeat(looks, pollEveryMs),
    /** Between the beginnings of two conversations, as the miners see it; the second that each falls into. */
    intervalS: {
      p1: secondAt(intervals, 0.01),
      p50: secondAt(intervals, 0.5),
      p99: secondAt(intervals, 0.99),
      max: secondAt(intervals, 1),
    },
    reach: last.health.miners,
    loadDuring: rounded(median(looks.map(({ load }) => load)), 1),
  }
}

function useBetween(looks: readonly Look[], name: string) {
  const uses = looks.flatMap(({ uses }) => uses[name] ?? [])
  const [first, last] = [uses[0], uses.at(-1)]
  const tookMs = (looks.at(-1)?.at ?? 0) - (looks[0]?.at ?? 0)
  const cpuMs = (last?.cpuMs ?? 0) - (first?.cpuMs ?? 0)
  return {
    cpuCores: rounded(cpuMs / tookMs, 3),
    rssMb: median(uses.map(({ rssMb }) => rssMb)),
    peakRssMb: last?.peakRssMb ?? Number.NaN,
  }
}

/** At the worst of all looks: miners whose last conversation began within a beat, by whole seconds. */
function withinBeat(looks: readonly Look[], pollEveryMs: number): number {
  const counts = looks.map(({ visits }) =>
    visits.ages.slice(0, pollEveryMs / 1000 + 1).reduce((sum, count) => sum + count, 0),
  )
  return Math.min(...counts)
}

function secondAt(counts: readonly number[], part: number): number {
  const wanted = part * counts.reduce((sum, count) => sum + count, 0)
  let passed = 0
  return counts.findIndex(count => (passed += count) >= wanted && passed > 0)
}
