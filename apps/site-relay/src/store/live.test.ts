import { columns, createTable, moveCell, sameTable } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createLiveStore } from './live.ts'
import { openStore } from './open.ts'

test('tables come back as they were saved last', () => {
  const store = createLiveStore(openStore(':memory:'))
  const table = createTable(3)
  store.save([{ cohort: 2, table }], 1)
  moveCell(table, { column: columns.chipTempC, slot: 1, value: 61 })
  store.save([{ cohort: 2, table }], 2)
  const [loaded, ...others] = store.load()
  expect([loaded?.cohort, others]).toEqual([2, []])
  expect(loaded && sameTable(loaded.table, table)).toBe(true)
})

test('one that is damaged is left out', () => {
  const db = openStore(':memory:')
  const store = createLiveStore(db)
  store.save([{ cohort: 0, table: createTable(3) }], 1)
  db.exec("UPDATE live SET frame = x'0102'")
  expect(store.load()).toEqual([])
})
