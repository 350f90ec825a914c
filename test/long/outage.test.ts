import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { paths, siteHistory, type SiteHistory, type SiteId } from '@headframe/protocol'
import { startSite } from '@headframe/simulator'
import { expect, test } from 'vitest'
import { startBox } from '../harness/box.ts'
import { setUp, type Api } from '../harness/control-api.ts'
import { layCable } from '../harness/cuttable.ts'
import { openDashboard } from '../harness/dashboard-client.ts'
import { scratchFolder } from '../harness/processes.ts'
import { enrolmentCode, joinByHand, rangesOf, writeConfig } from '../harness/relay.ts'

const minuteMs = 60_000
const outageMs = 6 * minuteMs

/** Whole minutes of a time that have a point, and those in a gap. */
function minutesOf({ points, gaps }: SiteHistory, fromAt: number, toAt: number) {
  const count = Math.floor((toAt - fromAt) / minuteMs) - 1
  const first = Math.ceil(fromAt / minuteMs) * minuteMs
  const minutes = Array.from({ length: count }, (_, index) => first + index * minuteMs)
  const told = new Set(points.map(({ at }) => Math.floor(at / minuteMs) * minuteMs))
  return {
    missing: minutes.filter(at => !told.has(at)).length,
    inGaps: minutes.filter(at => gaps.some(gap => gap.fromAt < at && at < gap.toAt)).length,
  }
}

/** At addresses of its own: the demos of other tests run beside this one. */
async function simulate() {
  const pools = [{ url: 'stratum+tcp://127.0.0.1:9', user: 'nobody' }]
  const ports = { 80: 18_480, 4028: 14_428, 4433: 14_833 }
  const site = await startSite({ miners: 60, seed: 5, firstAddress: '127.57.0.1', ports, pools, stratum: false })
  return { ...site, [Symbol.asyncDispose]: () => site.close() }
}

const historyOf = (api: Api, site: SiteId, fromAt: number) =>
  api.get(`${paths.history(site)}?from=${fromAt}&to=${Date.now()}`, siteHistory)

test('[S5] a control that was cut off for minutes has every minute of them afterwards', async () => {
  using scratch = scratchFolder()
  const data = { here: join(scratch.path, 'here'), there: join(scratch.path, 'there') }
  await using site = await simulate()
  writeConfig(data.here, { ranges: rangesOf(site), pollEveryMs: 10_000, healthPort: null })
  await using here = await startBox({ dataDir: data.here })
  await using there = await startBox({ dataDir: data.there })
  const remote = await setUp(there.url, there.setupCode ?? '')
  await using cable = await layCable(there.port)
  const code = await enrolmentCode(remote.api, remote.me.orgs[0]!.id, remote.site)
  await joinByHand({ dataDir: data.here, url: `http://127.0.0.1:${cable.port}`, code, allow: [] })
  using view = await openDashboard(remote.api, remote.site)
  await view.until('the whole site', () => (view.states().hashing ?? 0) > 40, 2 * minuteMs)
  // Beats and minutes need a while to become history at all.
  await sleep(2 * minuteMs)

  const cutAt = Date.now()
  cable.cut()
  await sleep(outageMs)
  const mendedAt = Date.now()
  let told = await historyOf(remote.api, remote.site, cutAt)
  expect(minutesOf(told, cutAt, mendedAt).missing).toBeGreaterThanOrEqual(4)
  cable.mend()
  for (let tries = 0; minutesOf(told, cutAt, mendedAt).missing > 0 && tries < 60; tries += 1) {
    await sleep(2000)
    told = await historyOf(remote.api, remote.site, cutAt)
  }
  expect(minutesOf(told, cutAt, mendedAt)).toEqual({ missing: 0, inGaps: 0 })
  expect(told.points.every(point => point.miners > 40)).toBe(true)
  await here.stop()
})
