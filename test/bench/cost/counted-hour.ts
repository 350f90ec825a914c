import { join } from 'node:path'
import { loadKeys } from '../../../apps/site-relay/src/keys/keys.ts'
import { startSessionDouble } from '../../harness/session-double.ts'
import { CountedActor, type Counts } from './counted-actor.ts'

/** What one hour of a site came to. */
export interface HourOfSite extends Counts {
  /** Of a minute's message as it came, and as it is kept. */
  readonly beatBytes: number
  /** The most rows that one beat wrote. */
  readonly rowsPerBeat: number
}

export interface HourSpec {
  /** For the keys of the relay. */
  readonly folder: string
  readonly miners: number
  readonly dashboards: number
  /** Less than an hour, for a first look. */
  readonly minutes?: number
}

/** An hour of the real code, on a clock of its own: a beat a minute, and a live frame a second while somebody looks. */
export async function countHour({ folder, miners, dashboards, minutes = 60 }: HourSpec): Promise<HourOfSite> {
  const keys = loadKeys(join(folder, 'keys'), 'bench')
  const actor = await CountedActor.start(keys)
  const { enrolled, openWire } = actor
  using relay = await startSessionDouble({ url: 'http://127.0.0.1', enrolled, keys, miners, openWire })
  await relay.beat(relay.nextBeat())
  for (let count = 0; count < dashboards; count++) actor.look()
  await actor.pass(60_000)
  const before = actor.counts()
  let [beatBytes, rowsPerBeat] = [0, 0]
  for (let minute = 0; minute < minutes; minute++) {
    const beat = relay.nextBeat()
    beatBytes += beat.reduce((sum, { length }) => sum + length, 0) / minutes
    const { rows } = actor.counts()
    await relay.beat(beat)
    rowsPerBeat = Math.max(rowsPerBeat, actor.counts().rows - rows)
    for (let second = 0; second < 60; second++) {
      if (dashboards > 0) relay.live()
      await actor.pass(1000)
    }
  }
  const after = actor.counts()
  return {
    rows: after.rows - before.rows,
    messages: after.messages - before.messages,
    alarms: after.alarms - before.alarms,
    cpuMs: after.cpuMs - before.cpuMs,
    beatBytes,
    rowsPerBeat,
  }
}
