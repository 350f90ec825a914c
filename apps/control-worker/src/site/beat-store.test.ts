import { reset, runInDurableObject } from 'cloudflare:test'
import {
  columns,
  createLeader,
  createTable,
  newId,
  packMessages,
  writeCell,
  type CohortLeader,
  type LiveTable,
} from '@headframe/protocol'
import { assert, asyncProperty, constantFrom, array } from 'fast-check'
import { deflateRawSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { siteStub } from '../test/rows.ts'
import { loadReplica, storeBeat } from './beat-store.ts'
import { openFrames } from './frames.ts'
import { createLiveReplica } from './live-replica.ts'
import { newRelay } from './relay-book.ts'

beforeEach(() => reset())

const relay = newId('relay', random)
const at = 1_790_000_000_000

/** Which cohorts each message has a beat of. */
const histories = array(array(constantFrom(0, 1, 2, 3, 4, 5, 6, 11), { minLength: 1, maxLength: 4 }), { maxLength: 17 })

test('waking brings back every cohort, however its beats were spread over messages', async () => {
  await runInDurableObject(siteStub(newId('site', random)), async (_actor, { storage }) => {
    await assert(
      asyncProperty(histories, async history => {
        storage.sql.exec('DELETE FROM beat')
        storage.sql.exec('DELETE FROM snapshot')
        const replica = createLiveReplica()
        const leaders = new Map<number, { leader: CohortLeader; table: LiveTable }>(
          history
            .flat()
            .map(cohort => [cohort, { leader: createLeader({ relay, epoch: 1, cohort }), table: createTable(4) }]),
        )
        let state = newRelay({ id: relay, name: 'box' }, at)
        for (const [index, cohorts] of history.entries()) {
          const frames = [...new Set(cohorts)].map(cohort => {
            const { leader, table } = leaders.get(cohort)!
            writeCell(table, { column: columns.powerW, slot: 0, value: 1000 + index })
            return leader.beat(table, at + index)!
          })
          const [message] = packMessages('beat', frames, deflateRawSync)
          const opened = openFrames(message!)
          if (!opened.ok) throw new Error(opened.error)
          for (const ack of replica.apply('beat', opened.frames).durable) leaders.get(ack.cohort)!.leader.acked(ack)
          state = storeBeat(storage.sql, state, { message: message!, replica })
        }
        expect(loadReplica(storage.sql, state).cursors().toSorted(byCohort)).toEqual(
          replica.cursors().toSorted(byCohort),
        )
      }),
      { numRuns: 60 },
    )
  })
})

const byCohort = (a: { cohort: number }, b: { cohort: number }) => a.cohort - b.cohort
