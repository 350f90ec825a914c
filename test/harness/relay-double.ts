import { deflateRawSync } from 'node:zlib'
import {
  createEnrolment,
  enrolled,
  enrolment,
  paths,
  versions,
  type Enrolled,
  type SiteId,
  type UpMessage,
} from '@headframe/protocol'
import { openWebSocket } from '../../apps/site-relay/src/edge/web-socket.ts'
import { realWorld } from '../../apps/site-relay/src/edge/world.ts'
import type { Keys } from '../../apps/site-relay/src/keys/keys.ts'
import { dialWith } from '../../apps/site-relay/src/link/dial.ts'
import { createLink, tickMs } from '../../apps/site-relay/src/link/link.ts'
import type { SignedIn } from './control-api.ts'
import type { LargeMine } from './large-mine.ts'

/** The relay's own link, with rows and an inventory that are made up: no store, no miners, no commands. */
export interface RelayDouble extends Disposable {
  /** All events are on control's disk. */
  readonly told: () => boolean
  readonly state: () => string
}

export interface RelayDoubleSpec {
  readonly enrolled: Enrolled
  readonly url: string
  readonly keys: Keys
  readonly mine: LargeMine
}

const epoch = 1

export function startRelayDouble({ enrolled, url, keys, mine }: RelayDoubleSpec): RelayDouble {
  const ending = new AbortController()
  let durable = 0
  const control = { ...enrolled, url, enrolledAt: Date.now() }
  const link = createLink({
    enrolled: control,
    keys: { sign: keys.sign, instance: keys.instance },
    journal: {
      epoch: () => epoch,
      read: (from, limit) => eventsAfter(mine, from.epoch === epoch ? from.seq : 0, limit),
    },
    frames: { cohorts: () => mine.cohorts, deflate: deflateRawSync },
    hello: () => madeUpHello(mine.cohorts.map(({ cohort, table }) => ({ cohort, slots: table.slots }))),
    durable: cursor => {
      durable = cursor.epoch === epoch ? cursor.seq : durable
    },
    renewed: () => false,
    command: () => {},
    told: () => {},
    answer: () => Promise.resolve({ kind: 'reading', reading: null }),
    openTail: () => ({ [Symbol.dispose]: () => {} }),
    lastReading: () => null,
    watchChanged: () => {},
    now: Date.now,
    monotonic: () => performance.now(),
  })
  dialWith({ openWire: openWebSocket, clock: realWorld })({
    link,
    enrolled: control,
    log: () => {},
    random: Math.random,
    signal: ending.signal,
  })
  realWorld.every(tickMs, link.tick, ending.signal)
  return {
    told: () => durable >= mine.infos.length,
    state: link.state,
    [Symbol.dispose]: () => ending.abort(),
  }
}

type Hello = Extract<UpMessage, { type: 'hello' }>

/** What a relay says that is made up, of the cohorts that it has. */
export const madeUpHello = (cohorts: Hello['cohorts']): Hello => ({
  type: 'hello',
  versions,
  software: 'double 1',
  epoch,
  allowed: ['reboot', 'locate', 'setPools'],
  now: Date.now(),
  clock: 'plausible',
  term: 0,
  demo: false,
  pollEveryMs: 60_000,
  cohorts,
})

function eventsAfter({ infos }: LargeMine, seq: number, limit: number) {
  return infos.slice(seq, seq + limit).map((miner, index) => ({
    epoch,
    seq: seq + index + 1,
    at: miner.addedAt,
    body: { type: 'miner' as const, miner },
  }))
}

/** Enrols a relay at a site, as a person does. */
export async function enrolDouble({ api, me, site }: SignedIn, keys: Keys): Promise<Enrolled & { site: SiteId }> {
  const org = me.orgs[0]?.id
  if (org === undefined) throw new Error('the owner has an organisation')
  const asked = createEnrolment.parse({ site, name: 'Relay' })
  const { code } = enrolment.parse(await api.send('POST', paths.enrolments(org), asked))
  const { publicKey, instance } = keys
  return { ...enrolled.parse(await api.send('POST', paths.enrol, { code, publicKey, instance })), site }
}
