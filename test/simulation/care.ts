import { minerStates } from '@headframe/protocol'
import { passTime } from './plan.ts'
import type { SimControl, SimSite } from './site.ts'

/** What a healthy site does about those who do not do well, once everything is equal. Links stay through all of it. */
export async function takesCare(site: SimSite): Promise<void> {
  if (site.violation()) return
  await tellsNotes(site)
  if (site.seed % 7 === 0) await summarises(site)
  if (site.seed % 14 !== 0) return
  const dials = site.wan.dials()
  await asksForLostBeats(site)
  await worksForNobody(site)
  await givesUpTheDeaf(site)
  if (site.wan.dials() !== dials && !site.violation())
    site.violated('S7', 'a link ends for another that did not do well')
}

/** What happens at a relay is noted at each control [S3]. */
async function tellsNotes(site: SimSite): Promise<void> {
  const text = `as of ${site.timeline.now()}`
  site.acting().poke(({ changes }) => changes.note({ level: 'info', code: 'care', text }))
  const isTold = ({ host }: SimControl) =>
    Number(host.disk().exec('SELECT count(*) AS n FROM note WHERE text = ?', text).one()['n']) === 1
  await waitFor(site, () => site.controls.every(isTold), 60)
  const lacking = site.controls.find(control => !isTold(control))
  if (lacking && !site.violation()) site.violated('S3', `${lacking.name} has no note of what happened`)
}

/** What charts of the past are drawn of says how miners were [T1]. */
async function summarises(site: SimSite): Promise<void> {
  await passTime(site, 130_000)
  for (const { name, host } of site.controls) {
    const [row] = host.disk().exec('SELECT * FROM beat_ring ORDER BY at DESC LIMIT 1').toArray()
    const known = minerStates.filter(state => state !== 'unknown' && Number(row?.[state]) > 0)
    if (row && known.length === 0) violate(site, 'T1', `${name} keeps of all miners that they were unknown`)
  }
}

/** A control that lost its beats under an open link has them again with the next one [S5]. */
async function asksForLostBeats(site: SimSite): Promise<void> {
  for (const control of site.controls) loseBeats(site, control)
  site.traffic.take()
  await passTime(site, 130_000)
  const counts = site.traffic.take()
  const asked = counts.get('down keyframe') ?? 0
  if (asked > 2 * site.controls.length) violate(site, 'S5', `${asked} times a keyframe was asked for`)
  const beats = counts.get('up beat') ?? 0
  if (beats < 2 * site.controls.length) violate(site, 'S5', `${beats} beats came after some were lost`)
}

/** While nobody looks, no frames are made for those who do. */
async function worksForNobody(site: SimSite): Promise<void> {
  for (const viewer of viewersOf(site)) viewer.leave()
  await passTime(site, 15_000)
  await makesNoLive(site, 'nobody looks')
}

/** A dashboard that stops reading is closed, whether it ever read or not, and costs nothing any more. */
async function givesUpTheDeaf(site: SimSite): Promise<void> {
  for (const readsMs of [0, 70_000]) {
    const viewers = site.controls.map(control => control.viewers[1])
    for (const viewer of viewers) {
      viewer?.stall(readsMs === 0 ? deafMs : 0)
      viewer?.look()
    }
    await passTime(site, readsMs)
    if (readsMs > 0) for (const viewer of viewers) viewer?.stall(deafMs)
    await passTime(site, 75_000)
    if (viewers.some(viewer => viewer?.isOpen())) violate(site, 'S7', 'a dashboard that stopped reading stays open')
    await makesNoLive(site, 'those who looked were closed')
    for (const viewer of viewers) viewer?.stall(0)
  }
}

const deafMs = 200_000

async function makesNoLive(site: SimSite, why: string): Promise<void> {
  site.traffic.take()
  await passTime(site, 20_000)
  const live = site.traffic.take().get('up live') ?? 0
  if (live > 0) violate(site, 'S7', `${live} live frames are made while ${why}`)
}

const viewersOf = (site: SimSite) => site.controls.flatMap(({ viewers }) => viewers)

function violate(site: SimSite, rule: string, text: string): void {
  if (!site.violation()) site.violated(rule, text)
}

async function waitFor(site: SimSite, done: () => boolean, seconds: number): Promise<void> {
  for (let waited = 0; waited < seconds && !done() && !site.violation(); waited += 1) await passTime(site, 1000)
}

/** Rows that no longer can be read: what was there has to come anew. */
export function loseBeats(site: SimSite, { host, rules, beats }: SimControl): void {
  const tables = "SELECT count(*) AS n FROM sqlite_master WHERE name IN ('beat_ring', 'keyframe_ring')"
  if (host.disk().exec(tables).one()['n'] !== 2) return
  rules.beatsLost()
  beats.lost()
  host.turn(() => {
    host.disk().exec('DELETE FROM beat_ring')
    host.disk().exec('DELETE FROM keyframe_ring')
  })
  site.past.isWhole = false
  host.hibernate()
}
