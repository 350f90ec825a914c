import { loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, Lab } from './lab.ts'
import { openLargeSite, type LargeSite } from './poll/large-site.ts'
import { openPollingRelay, type PollingRelay } from './poll/polling-relay.ts'
import { steadyMinutes } from './poll/steady-minutes.ts'
import { rounded } from './quantile.ts'

/** The first poll after all are found is at the moment that was dealt before, the next up to one and a half beats later. */
const settlingBeats = 3
/** No miner found for so long: the rest will not be found. */
const patienceMs = 300_000

export const poll: Bench = {
  about:
    'a relay that reads 50,000 simulated miners every minute: processor, memory, intervals (--miners, --every, --alone)',
  async run(lab, { miners = 50_000, everyS = 60, alone = false }) {
    const pollEveryMs = everyS * 1000
    lab.say(`starting a site of ${miners} miners, then a relay ${alone ? 'alone' : 'with a control and a link to it'}`)
    const site = await openLargeSite(lab, miners)
    const relay = await openPollingRelay(lab, { site, pollEveryMs, isAlone: alone })
    const foundAllS = await untilFound({ lab, site, relay }, miners)
    lab.say(`all found in ${foundAllS} s; they settle into their beat, then three minutes are measured`)
    await sleep(settlingBeats * pollEveryMs)
    return {
      miners,
      pollEveryMs,
      withControl: !alone,
      foundAllS,
      ...(await steadyMinutes({ lab, site, relay, pollEveryMs })),
    }
  },
}

interface Watched {
  readonly lab: Lab
  readonly site: LargeSite
  readonly relay: PollingRelay
}

async function untilFound({ lab, relay }: Watched, miners: number): Promise<number> {
  const startedAt = performance.now()
  let most = 0
  let grewAt = startedAt
  for (let look = 0; ; look++) {
    const health = await relay.health()
    const found = Object.values(health.miners).reduce((sum, count) => sum + count, 0)
    const now = performance.now()
    if (found >= miners) return rounded((now - startedAt) / 1000, 1)
    if (found > most) [most, grewAt] = [found, now]
    if (now - grewAt > patienceMs) throw new Error(`${found} of ${miners} were found, and no more come`)
    if (look % 20 === 0) lab.say(`${found} found after ${rounded((now - startedAt) / 1000)} s, load ${loadavg()[0]}`)
    await sleep(1000)
  }
}
