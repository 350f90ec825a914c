import { items, marginalUsd, accountUsd, type Usage } from './cost/prices.ts'
import { countHour, type HourOfSite } from './cost/counted-hour.ts'
import type { Bench } from './lab.ts'
import { rounded } from './quantile.ts'
import { scratchFolder } from '../harness/processes.ts'
import { eventBytes } from './sync/event-bytes.ts'

const miners = 50_000
const sites = 1000
const hoursPerMonth = 730
/** Three people look for eight hours a day, and open a page twenty times. */
const watched = { dashboards: 3, hoursPerMonth: 8 * 30, opensPerMonth: 20 * 30 }
/** A page that opens asks so much of the API, and each of that asks Directory, OrgActor and SiteActor. */
const callsPerOpen = 10
const actorsPerCall = 3
/** See beat-store.ts: beats of eight days, and each hour's keyframes. */
const kept = { beats: 11_520, keyframes: 193 }
/** As `sync` measures it. */
const keyframeBytesPerMiner = 7.8

export const cost: Bench = {
  about: 'what a hosted site of 50,000 miners costs a month, from counted rows, messages and bytes',
  async run(lab) {
    const scratch = await lab.use(scratchFolder())
    lab.say('an hour that nobody watches')
    const alone = await countHour({ folder: scratch.path, miners, dashboards: 0 })
    lab.say(`an hour with ${watched.dashboards} dashboards`)
    const seen = await countHour({ folder: scratch.path, miners, dashboards: watched.dashboards })
    const usage = monthOf(alone, seen)
    const lines = items.map(item => [
      item,
      { amount: rounded(usage[item], 3), usd: rounded(marginalUsd(usage, item), 4) },
    ])
    const marginal = items.reduce((sum, item) => sum + marginalUsd(usage, item), 0)
    return {
      miners,
      hourUnwatched: figures(alone),
      hourWatched: { dashboards: watched.dashboards, ...figures(seen) },
      monthOfOneSite: Object.fromEntries(lines),
      usdPerMonth: {
        oneMoreSite: rounded(marginal, 2),
        accountWithOneSite: rounded(accountUsd(usage, 1), 2),
        [`accountWith${sites}Sites`]: rounded(accountUsd(usage, sites)),
      },
    }
  },
}

const figures = ({ rows, messages, alarms, cpuMs, beatBytes, rowsPerBeat }: HourOfSite) => ({
  rows,
  rowsPerBeat,
  messages,
  alarms,
  cpuMs: rounded(cpuMs),
  beatBytes: rounded(beatBytes),
})

function monthOf(alone: HourOfSite, seen: HourOfSite): Usage {
  const month = (of: (hour: HourOfSite) => number) =>
    of(alone) * (hoursPerMonth - watched.hoursPerMonth) + of(seen) * watched.hoursPerMonth
  const calls = watched.opensPerMonth * callsPerOpen
  const stored =
    kept.beats * alone.beatBytes + kept.keyframes * keyframeBytesPerMiner * miners + miners * eventBytes().miner
  return {
    actorRequests: month(({ messages, alarms }) => messages / 20 + alarms) + calls * actorsPerCall,
    gigabyteSeconds: month(({ cpuMs }) => (cpuMs / 1000) * 0.128),
    // A page reads every miner, and a week of minutes for its curve.
    rowsRead: watched.opensPerMonth * (miners + kept.beats),
    rowsWritten: month(({ rows }) => rows),
    storedGigabytes: stored / 1e9,
    workerRequests: calls,
  }
}
