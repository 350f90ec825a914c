import { page } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const relays = page.getByRole('dialog', { name: 'Connection' })

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('notes of the relays are read when the relays are looked at, anew each time', async () => {
  const { control } = (open = openPage({ path: `/s/${site}` }))
  const button = page.getByRole('button', { name: 'Live' })
  await button.click()
  await expect.element(relays.getByText('was restored from a backup', { exact: false })).toBeVisible()
  await button.click()
  await expect.element(relays).not.toBeInTheDocument()
  expect(control.api.notesAsked).toBe(1)
  control.api.notes = { notes: [], gaps: [], quarantined: [] }
  await button.click()
  await expect.element(relays.getByText('Its relays noted nothing.')).toBeVisible()
})

test('notes that cannot be read say so, and the relays are told all the same', async () => {
  const opened = (open = openPage({ path: `/s/${site}` }))
  await expect.element(page.getByRole('button', { name: 'Live' })).toBeVisible()
  opened.online = false
  await page.getByRole('button', { name: 'Live' }).click()
  await expect.element(relays.getByText('Notes cannot be read:', { exact: false })).toBeVisible()
  await expect.element(relays.getByText('north-box')).toBeVisible()
})
