import { createTable, type Answer, type LiveTable } from '@headframe/protocol'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import { anInfo } from '../fleet/builders.ts'
import { loadKeys, type Keys } from '../keys/keys.ts'
import { createAcknowledgements, type Acknowledgements } from '../store/acknowledgements.ts'
import { anEnrolment, controlOf, writing } from '../store/builders.ts'
import { createControlStore } from '../store/controls.ts'
import { createJournal, type Journal } from '../store/journal.ts'
import { openStore } from '../store/open.ts'
import { createRenewal, type Renewal } from '../store/renewal.ts'
import { startHandMadeControl, type HandMadeControl } from './hand-made-control.ts'
import { openWebSocket } from '../edge/web-socket.ts'
import { realWorld } from '../edge/world.ts'
import { dialWith } from './dial.ts'
import { createLinks, type Links, type LinksDeps } from './links.ts'

export interface Linking {
  readonly control: HandMadeControl
  readonly links: Links
  readonly journal: Journal
  readonly table: LiveTable
  readonly acknowledge: () => void
  /** Events that the link took out of the journal. */
  readonly readFromJournal: () => number
  readonly publicKey: string
}

/** For tests: a relay with one table and a journal, and control 1, which it dials. */
export async function linking(over: Partial<LinksDeps> = {}): Promise<Linking> {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-link-'))
  const keys = loadKeys(dir, 'machine')
  const control = await startHandMadeControl({ control: controlOf(1), publicKey: keys.publicKey })
  const db = openStore(':memory:')
  const [journal, controls] = [createJournal(db), createControlStore(db)]
  journal.beginEpoch(0, () => 0)
  const acknowledgements = createAcknowledgements({ journal, controls, write: writing(db) })
  const renewal = createRenewal({
    journal,
    write: writing(db),
    miners: () => [anInfo()],
    commands: { results: () => [] },
    now: Date.now,
    random: () => 0,
  })
  const table = createTable(3)
  const ending = new AbortController()
  let taken = 0
  const read: Journal['read'] = (from, limit) => {
    const events = journal.read(from, limit)
    taken += events.length
    return events
  }
  const links = linksOf(
    { keys, journal: { ...journal, read }, acknowledgements, renewal, table, signal: ending.signal },
    over,
  )
  const timer = setInterval(() => links.tick(), 20)
  onTestFinished(async () => {
    clearInterval(timer)
    ending.abort()
    await control.close()
    db.close()
    rmSync(dir, { recursive: true })
  })
  const enrolment = anEnrolment(1, control.url)
  controls.save(enrolment)
  links.follow([enrolment])
  return {
    control,
    links,
    journal,
    table,
    acknowledge: acknowledgements.flush,
    readFromJournal: () => taken,
    publicKey: keys.publicKey,
  }
}

interface Parts {
  readonly keys: Keys
  readonly journal: Journal
  readonly acknowledgements: Acknowledgements
  readonly renewal: Renewal
  readonly table: LiveTable
  readonly signal: AbortSignal
}

function linksOf(parts: Parts, over: Partial<LinksDeps>): Links {
  const { keys, journal, acknowledgements, renewal, table, signal } = parts
  const links: Links = createLinks({
    dial: dialWith({ openWire: openWebSocket, clock: realWorld }),
    keys,
    journal,
    frames: { cohorts: () => [{ cohort: 0, table }], deflate: bytes => deflateRawSync(bytes) },
    of: () => ({
      hello: () => ({
        type: 'hello' as const,
        versions: { from: 1, to: 1 },
        software: 'test',
        epoch: journal.epoch(),
        allowed: [],
        now: 0,
        clock: 'plausible' as const,
        term: 0,
        demo: false,
        pollEveryMs: 30_000,
        cohorts: [{ cohort: 0, slots: 3 }],
      }),
      durable: cursor => acknowledgements.durable(controlOf(1), cursor),
      command: (_order, reply) => reply.accepted(),
      told: () => {},
      renewed: (cursor, beats) => {
        const renewed = renewal.renewFor(cursor, beats)
        if (renewed) links.redial()
        return renewed
      },
    }),
    answer: async (): Promise<Answer> => ({ kind: 'reading', reading: null }),
    openTail: () => ({ [Symbol.dispose]: () => {} }),
    lastReading: () => null,
    watchChanged: () => {},
    now: Date.now,
    monotonic: () => performance.now(),
    random: () => 0.01,
    log: () => () => {},
    signal,
    ...over,
  })
  return links
}
