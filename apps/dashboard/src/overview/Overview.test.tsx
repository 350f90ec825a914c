import { columns, readCell, writeCell } from '@headframe/protocol'
import { page } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('what is expected follows the miners, as the hashrate does', async () => {
  const { control, clock } = (open = openPage({ path: `/s/${site}`, miners: 60 }))
  const note = page.getByText(/% of .* expected/)
  await expect.element(note).toBeVisible()
  const before = note.element().textContent
  for (const table of control.mine.cohorts)
    for (let slot = 0; slot < table.slots; slot += 1) {
      const value = readCell(table, columns.expectedHashrateHs, slot)
      writeCell(table, { column: columns.expectedHashrateHs, slot, value: value === null ? null : value * 10 })
    }
  control.live()
  clock.advance(2000)
  await expect.poll(() => note.element().textContent).not.toBe(before)
})
