import { expect, test } from 'vitest'
import { createNoisySite } from '../../../../packages/protocol/src/live/noisy-site.fixture.ts'
import { writing } from '../store/builders.ts'
import { createLiveStore } from '../store/live.ts'
import { openStore } from '../store/open.ts'
import { savingTables } from './table-saves.ts'

test('tables of 50,000 miners are saved once a minute, one at a time: 1.3 GB a day', () => {
  const cohorts = createNoisySite(50_000)
    .minute()
    .tables.map((table, cohort) => ({ cohort, table }))
  const db = openStore(':memory:')
  const live = createLiveStore(db)
  const saved: number[][] = []
  const save = savingTables(
    { fleet: { tables: { cohorts: () => cohorts } }, writer: { write: writing(db) } },
    {
      stores: {
        live: {
          ...live,
          save: (due, at) => {
            saved.push(due.map(({ cohort }) => cohort))
            live.save(due, at)
          },
        },
      },
      world: { now: () => 0 },
    },
  )
  for (let second = 0; second < 60; second += 1) save()
  expect(saved).toEqual(cohorts.map(({ cohort }) => [cohort]))
  const bytes = Number(db.prepare('SELECT sum(length(frame)) AS bytes FROM live').get()?.['bytes'])
  expect(bytes * 24 * 60).toBeGreaterThan(1e9)
  expect(bytes * 24 * 60).toBeLessThan(1.3e9)
})
