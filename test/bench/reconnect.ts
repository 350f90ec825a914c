import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEnrolment, enrolled, enrolment, paths, siteId, type Enrolled } from '@headframe/protocol'
import { loadKeys, type Keys } from '../../apps/site-relay/src/keys/keys.ts'
import { startControlFront } from '../harness/control-front.ts'
import { setUp, type SignedIn } from '../harness/control-api.ts'
import { freePort, scratchFolder } from '../harness/processes.ts'
import { created } from '../harness/relay.ts'
import type { Bench, Lab } from './lab.ts'
import { rssMb } from './memory.ts'
import { quantile, rounded } from './quantile.ts'
import { emptyLog, type LinkLog } from './reconnect/link-log.ts'
import { startRelay, type BenchRelay } from './reconnect/relays.ts'

const links = 1000
const minersEach = 50
/** How long control stays away: the pauses between dials have grown by then. */
const downMs = 20_000
const readEveryMs = 10_000
const liveWithinMs = 60_000

export const reconnect: Bench = {
  about: 'all links fall at once, and 1,000 come back to one control',
  async run(lab) {
    const scratch = await lab.use(scratchFolder())
    const front = await lab.use(startControlFront(join(scratch.path, 'control'), await freePort()))
    const person = await setUp(front.url, front.setupCode)
    let log = emptyLog()
    const relays = await startRelays(lab, person, { folder: scratch.path, url: front.url, log: () => log })
    const reading = setInterval(() => relays.forEach(({ read }) => read()), readEveryMs)
    lab.use({ [Symbol.dispose]: () => clearInterval(reading) }).catch(() => {})
    await untilLive(lab, () => log)
    lab.say('all live; killing control')
    await front.kill()
    await sleep(downMs)
    log = emptyLog()
    await front.start()
    const backAt = performance.now()
    await untilLive(lab, () => log)
    return { ...figures(log, backAt), controlRssMb: rounded(front.pids().reduce((sum, pid) => sum + rssMb(pid), 0)) }
  },
}

interface Shared {
  readonly folder: string
  readonly url: string
  readonly log: () => LinkLog
}

async function startRelays(lab: Lab, person: SignedIn, shared: Shared): Promise<BenchRelay[]> {
  const relays: BenchRelay[] = []
  for (let index = 0; index < links; index += 1) {
    const keys = loadKeys(join(shared.folder, `keys-${index}`), `bench ${index}`)
    const place = await enrolAt(person, `Site ${index}`, keys)
    relays.push(await lab.use(startRelay({ ...shared, enrolled: place, keys, miners: minersEach })))
    if ((index + 1) % 100 === 0) lab.say(`${index + 1} relays enrolled at sites of their own`)
  }
  return relays
}

async function enrolAt({ api, me }: SignedIn, name: string, keys: Keys): Promise<Enrolled> {
  const org = me.orgs[0]?.id
  if (org === undefined) throw new Error('the owner has an organisation')
  const site = siteId.parse(created.parse(await api.send('POST', paths.sites(org), { name })).id)
  const asked = createEnrolment.parse({ site, name })
  const { code } = enrolment.parse(await api.send('POST', paths.enrolments(org), asked))
  const { publicKey, instance } = keys
  return enrolled.parse(await api.send('POST', paths.enrol, { code, publicKey, instance }))
}

async function untilLive(lab: Lab, log: () => LinkLog): Promise<void> {
  for (let waitedMs = 0; log().beats.size < links; waitedMs += 250) {
    if (waitedMs % 5000 === 0) lab.say(`${log().welcomes.size} welcome, ${log().beats.size} live`)
    if (waitedMs > 5 * liveWithinMs) throw new Error(`only ${log().beats.size} of ${links} came back`)
    await sleep(250)
  }
}

function figures(log: LinkLog, backAt: number) {
  const liveMs = [...log.beats.values()].map(at => at - backAt)
  const perSecond = new Map<number, number>()
  for (const at of log.dials) perSecond.set(Math.floor(at / 1000), (perSecond.get(Math.floor(at / 1000)) ?? 0) + 1)
  return {
    links,
    minersEach,
    downMs,
    liveMs: {
      p50: rounded(quantile(liveMs, 0.5)),
      p99: rounded(quantile(liveMs, 0.99)),
      last: rounded(Math.max(...liveMs)),
    },
    liveWithinMs,
    inTime: liveMs.filter(ms => ms < liveWithinMs).length,
    /** Beats since then are differences from what control had on disk. */
    keyframes: log.keyframes,
    kilobytesUp: rounded(log.bytesUp / 1000),
    dialsPerSecond: { most: Math.max(...perSecond.values()), total: log.dials.length },
  }
}
