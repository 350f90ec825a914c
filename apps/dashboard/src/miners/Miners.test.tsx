import { page, userEvent } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const visit = (...args: Parameters<typeof openPage>) => (open = openPage(...args))
const miners = `/s/${site}/miners`
const row = (address: string) => page.getByRole('row').filter({ hasText: address })
const addresses = () => [...document.querySelectorAll('[data-column="address"]')].map(cell => cell.textContent)

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('only rows in sight exist, of as many as there are', async () => {
  visit({ path: miners, miners: 5000 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  await expect.element(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '5001')
  expect(document.querySelectorAll('[role=row]').length).toBeLessThan(60)
})

test('the address of the page holds what is asked, and restores it', async () => {
  const { path } = visit({ path: `${miners}?q=model%3Abitaxe&sort=-hashrate`, miners: 300 })
  await expect
    .element(page.getByRole('columnheader', { name: 'Hashrate TH/s' }))
    .toHaveAttribute('aria-sort', 'descending')
  await expect.element(page.getByText('model: bitaxe')).toBeVisible()
  await page.getByRole('button', { name: /^Hashing/ }).click()
  await page.getByRole('columnheader', { name: 'Address' }).getByRole('button').click()
  expect(path()).toBe(`${miners}?q=model%3Abitaxe&sort=address&state=hashing`)
  expect(new Set([...document.querySelectorAll('[data-column="model"]')].map(cell => cell.textContent))).toEqual(
    new Set(['Bitaxe Gamma']),
  )
})

test('typing filters at once; what is not understood says why; a chip can be taken away', async () => {
  const { path } = visit({ path: miners, miners: 300 })
  await page.getByRole('searchbox').fill('s21 temp>warm')
  await expect.element(page.getByText('temp>warm: “warm” is not a number')).toBeVisible()
  await page.getByRole('button', { name: /Remove temp>warm/ }).click()
  expect(path()).toBe(`${miners}?q=s21`)
  await expect.element(page.getByRole('searchbox')).toHaveValue('s21')
  await page.getByRole('searchbox').fill('no such thing')
  await expect.element(page.getByText('No miner matches')).toBeVisible()
})

test('counts of the states add up to all that match', async () => {
  visit({ path: `${miners}?q=s21`, miners: 1000 })
  await expect.element(page.getByRole('group', { name: 'States' })).toBeVisible()
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  const counts = [...document.querySelectorAll('[aria-label=States] button')].map(button =>
    Number(button.textContent.replaceAll(/\D/g, '')),
  )
  expect(counts.slice(1).reduce((sum, count) => sum + count, 0)).toBe(counts[0])
  expect(counts[0]).toBeGreaterThan(100)
})

test('by keyboard: down, select, open, down again with the panel open, close', async () => {
  const { path } = visit({ path: miners, miners: 300 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  await userEvent.keyboard('jjx')
  await expect.element(page.getByText('1 miner selected')).toBeVisible()
  page.getByRole('grid').element().focus()
  await userEvent.keyboard('{Enter}')
  await expect.element(page.getByRole('complementary', { name: 'Miner 10.20.0.2' })).toBeVisible()
  await userEvent.keyboard('j')
  await expect.element(page.getByRole('complementary', { name: 'Miner 10.20.0.3' })).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.poll(() => path()).toBe(miners)
  expect(document.activeElement?.id).toBe('miners-grid')
})

test('Enter opens the chosen row wherever the focus is, but for what does something of its own with it', async () => {
  const { path } = visit({ path: miners, miners: 60 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  await userEvent.keyboard('jj{Enter}')
  await expect.element(page.getByRole('complementary', { name: 'Miner 10.20.0.2' })).toBeVisible()
  await page.getByRole('link', { name: 'Back to the list' }).click()
  const help = page.getByRole('button', { name: 'Help with keys and words' }).element()
  for (const target of [page.getByRole('searchbox').element(), help]) {
    target.focus()
    await userEvent.keyboard('{Enter}')
  }
  await expect.element(page.getByRole('dialog', { name: 'Keys and words' })).toBeVisible()
  expect(path()).toBe(miners)
})

test('[T1] values change as they are read, and nothing else is drawn anew', async () => {
  const opened = visit({ path: `${miners}?sort=hashrate`, miners: 40 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  const before = document.querySelector('[data-column="age"]')!
  const text = before.textContent
  opened.clock.advance(7000)
  await expect.poll(() => before.textContent).not.toBe(text)
  expect(before.isConnected).toBe(true)
})

test('rows keep their places while a mouse rests on the table', async () => {
  const opened = visit({ path: `${miners}?sort=-hashrate`, miners: 40 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  await page.getByRole('columnheader', { name: 'Model' }).hover()
  const before = addresses()
  for (let second = 0; second < 31; second++) opened.control.tick()
  await expect.poll(() => opened.control.acknowledged).toBeGreaterThan(30)
  expect(addresses()).toEqual(before)
  await page.getByText('Headframe', { exact: true }).hover()
  await expect.poll(addresses).not.toEqual(before)
})

test('the header is one stop of the Tab key; arrows go along it and Enter sorts', async () => {
  const { path } = visit({ path: miners, miners: 60 })
  await expect.element(row('10.20.0.1').first()).toBeVisible()
  page.getByRole('grid').element().focus()
  await userEvent.keyboard('{Tab}{ArrowRight}{ArrowRight}{Enter}')
  await expect.poll(path).toBe(`${miners}?sort=hashrate`)
})

test('at 390 px the list sorts too', async () => {
  await page.viewport(390, 844)
  const { path } = visit({ path: miners, miners: 60 })
  await page.getByLabelText('Sort by').selectOptions('-temp')
  await expect.poll(path).toBe(`${miners}?sort=-temp`)
})

test('at 390 px it is a list with large targets, and a miner is a page of its own', async () => {
  await page.viewport(390, 844)
  visit({ path: miners, miners: 300 })
  await page.getByRole('link', { name: /^10\.20\.0\.2 / }).click()
  await expect.element(page.getByRole('heading', { name: '10.20.0.2' })).toHaveFocus()
  await page.getByRole('link', { name: 'Back to the list' }).click()
  await expect.element(page.getByRole('link', { name: /^10\.20\.0\.2 / })).toBeVisible()
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390)
})

test('control is told which rows are in sight, and what the order needs of all', async () => {
  const { control, clock } = visit({ path: `${miners}?sort=-temp&q=worker:1`, miners: 5000 })
  await expect.element(page.getByRole('grid')).toBeVisible()
  const viewed = () => {
    clock.advance(200)
    const view = control.viewed?.[0]?.view
    return { columns: view?.columns, rows: view?.rows.reduce((sum, { slots }) => sum + slots.length, 0) ?? 0 }
  }
  await expect.poll(() => viewed().rows).toBeGreaterThan(20)
  expect(viewed().rows).toBeLessThan(100)
  expect(viewed().columns).toEqual([0, 1, 2, 3, 7, 8, 9, 11, 12, 14, 15])
  await page.getByRole('link', { name: 'Overview', exact: true }).click()
  await expect.poll(viewed).toEqual({ columns: [0, 1, 2, 7, 8, 9, 11, 14, 15], rows: 0 })
})
