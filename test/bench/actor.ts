import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEnrolment, enrolled, enrolment, paths, type Enrolled } from '@headframe/protocol'
import { openWebSocket } from '../../apps/site-relay/src/edge/web-socket.ts'
import { loadKeys, type Keys } from '../../apps/site-relay/src/keys/keys.ts'
import { startControlFront } from '../harness/control-front.ts'
import { setUp, type SignedIn } from '../harness/control-api.ts'
import { freePort, scratchFolder } from '../harness/processes.ts'
import { timeHistory } from './actor/history.ts'
import { processorMs } from './actor/processor.ts'
import { startSessionDouble, type SessionDouble } from '../harness/session-double.ts'
import { countHour } from './cost/counted-hour.ts'
import type { Bench } from './lab.ts'
import { rssMb } from './memory.ts'
import { median, quantile, rounded } from './quantile.ts'

const miners = 50_000
const beats = 40
const wakes = 4
/** An actor without work sleeps after 10 s. */
const asleepMs = 12_000

export const actor: Bench = {
  about: 'a real control with a site of 50,000: the time of a beat, and of waking up; rows of a beat',
  async run(lab) {
    const scratch = await lab.use(scratchFolder())
    const front = await lab.use(startControlFront(join(scratch.path, 'control'), await freePort()))
    const person = await setUp(front.url, front.setupCode)
    const [, workerd] = front.pids()
    const freshRssMb = rssMb(workerd)
    const keys = loadKeys(join(scratch.path, 'keys'), 'bench')
    const place = await enrol(person, keys)
    const relay = await lab.use(
      startSessionDouble({ url: front.url, enrolled: place, keys, miners, openWire: openWebSocket }),
    )
    lab.say('keyframes, and beats to warm up')
    const keyframeMs = await relay.beat(relay.nextBeat())
    for (let count = 0; count < 10; count++) await relay.beat(relay.nextBeat())
    lab.say(`${beats} beats`)
    const cpuMs = () => processorMs(workerd)
    const startedCpu = cpuMs()
    const warm = await timed(relay, beats)
    const beatCpuMs = (cpuMs() - startedCpu) / beats
    const woken = await timeWaking(relay, { cpuMs, say: line => lab.say(line) })
    const nowRssMb = rssMb(workerd)
    lab.say('history of eight days')
    const history = await timeHistory(front, person, scratch.path)
    const { rowsPerBeat } = await countHour({ folder: scratch.path, miners, dashboards: 0, minutes: 6 })
    return {
      miners,
      roundTripMs: figures(warm.nothing),
      keyframeMs: rounded(keyframeMs),
      applyMsWarm: { ...figures(warm.beats.map(ms => ms - median(warm.nothing))), limit: 50 },
      /** Of workerd, for a beat and an empty message: what is left of the above on a machine that does nothing else. */
      beatCpuMs: rounded(beatCpuMs, 1),
      wakeMs: { ...figures(woken.map(({ ms }) => ms - median(warm.beats))), limit: 150 },
      wakeCpuMs: figures(woken.map(({ cpu }) => cpu - beatCpuMs)),
      history: { beats: history.beats, weekMs: figures(history.anew), againMs: figures(history.again) },
      rowsPerBeat,
      workerdRssMb: { fresh: rounded(freshRssMb), now: rounded(nowRssMb) },
    }
  },
}

const figures = (times: readonly number[]) => ({
  min: rounded(Math.min(...times), 1),
  p50: rounded(median(times), 1),
  p90: rounded(quantile(times, 0.9), 1),
})

async function enrol({ api, me, site }: SignedIn, keys: Keys): Promise<Enrolled> {
  const org = me.orgs[0]?.id
  if (org === undefined) throw new Error('the owner has an organisation')
  const asked = createEnrolment.parse({ site, name: 'bench' })
  const { code } = enrolment.parse(await api.send('POST', paths.enrolments(org), asked))
  const { publicKey, instance } = keys
  return enrolled.parse(await api.send('POST', paths.enrol, { code, publicKey, instance }))
}

/** Clocks stand still while an actor runs: so it is timed from outside, against a message that asks nothing. */
async function timed(relay: SessionDouble, count: number) {
  const times: { beats: number[]; nothing: number[] } = { beats: [], nothing: [] }
  for (let done = 0; done < count; done++) {
    const beat = relay.nextBeat()
    times.nothing.push(await relay.nothing())
    times.beats.push(await relay.beat(beat))
  }
  return times
}

interface Waking {
  readonly cpuMs: () => number
  readonly say: (line: string) => void
}

/** The first beat after it slept. */
async function timeWaking(relay: SessionDouble, { cpuMs, say }: Waking): Promise<{ ms: number; cpu: number }[]> {
  const times: { ms: number; cpu: number }[] = []
  for (let count = 0; count < wakes; count++) {
    const beat = relay.nextBeat()
    say(`asleep for ${asleepMs / 1000} s, ${count + 1} of ${wakes}`)
    await sleep(asleepMs)
    const before = cpuMs()
    const ms = await relay.beat(beat)
    times.push({ ms, cpu: cpuMs() - before })
  }
  return times
}
