import { closes } from '@headframe/protocol'
import { page, userEvent } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../dev/api-double.ts'
import { openPage, type OpenPage } from '../dev/open-page.tsx'
import { againAfterMs } from './entry/Unreachable.tsx'

let open: OpenPage | null = null
const visit = (...args: Parameters<typeof openPage>) => (open = openPage(...args))
const home = `/s/${site}`

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

test('who is not signed in signs in, and goes on to where they were going', async () => {
  const { path, control } = visit({
    path: `${home}/miners?state=fault`,
    prepare: control => (control.api.signedIn = false),
  })
  await page.getByLabelText('Login').fill('ada')
  await page.getByLabelText('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByRole('alert')).toHaveTextContent('Login and password do not match.')
  await page.getByLabelText('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect.element(page.getByRole('grid')).toBeVisible()
  expect(path()).toBe(`${home}/miners?state=fault`)
  // A request that is refused would stand in the browser's console.
  expect(control.api.refused).toEqual([])
})

test('a fresh installation asks for its setup code and makes an owner', async () => {
  const { control } = visit({
    path: '/setup',
    prepare: control => Object.assign(control.api, { setUp: false, signedIn: false }),
  })
  for (const [label, value] of [
    ['Setup code', 'WRONG'],
    ['Name', 'Ada'],
    ['Login', 'ada'],
    ['Password', 'correct horse'],
    ['Organisation', 'Acme'],
    ['Site', 'North'],
  ] as const)
    await page.getByLabelText(label).fill(value)
  await page.getByRole('button', { name: 'Set up' }).click()
  await expect.element(page.getByText('This setup code is not the one that was printed.')).toBeVisible()
  await page.getByLabelText('Setup code').fill('ABCD-EFGH')
  await page.getByRole('button', { name: 'Set up' }).click()
  await expect.element(page.getByRole('heading', { name: 'What needs you' })).toBeVisible()
  expect(control.api.setUp).toBe(true)
})

test('a control that cannot be reached says so, and tries again when asked', async () => {
  const opened = visit({ path: '/' })
  opened.online = false
  await expect.element(page.getByText('Headframe does not answer.', { exact: false })).toBeVisible()
  opened.online = true
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect.element(page.getByRole('heading', { name: 'What needs you' })).toBeVisible()
})

test('a page that found no control is there once control is, without a hand', async () => {
  const opened = visit({ path: '/' })
  opened.online = false
  await expect.element(page.getByText('Headframe does not answer.', { exact: false })).toBeVisible()
  opened.clock.advance(againAfterMs)
  await expect.element(page.getByText('Headframe does not answer.', { exact: false })).toBeVisible()
  opened.online = true
  await expect
    .poll(() => {
      opened.clock.advance(againAfterMs)
      return page.getByRole('heading', { name: 'What needs you' }).elements().length
    })
    .toBe(1)
})

test('while the link is down the last values stay, with since when', async () => {
  const opened = visit({ path: home })
  await expect.element(page.getByText('PH/s').first()).toBeVisible()
  const before = document.querySelector('#main')!.textContent
  opened.online = false
  opened.control.cut()
  opened.clock.advance(3000)
  await expect.element(page.getByText('No connection since', { exact: false })).toBeVisible()
  expect(document.querySelector('#main')!.textContent).toBe(before)
  expect(document.querySelector('#main')!.hasAttribute('data-stale')).toBe(true)
  opened.online = true
  await page.getByRole('button', { name: 'Try now' }).click()
  await expect.element(page.getByText('No connection since', { exact: false })).not.toBeInTheDocument()
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
})

test('signed out elsewhere leads to the sign-in page', async () => {
  const opened = visit({ path: home })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  opened.control.api.signedIn = false
  opened.control.cut(closes.signedOut)
  await expect.element(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
})

test('a right that was taken away says so and does not try again', async () => {
  const opened = visit({ path: home })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  opened.control.cut(closes.forbidden)
  await expect.element(page.getByText('no right to this site', { exact: false })).toBeVisible()
  opened.clock.advance(60_000)
  expect(opened.sockets).toHaveLength(1)
})

test('[S7] every message was acknowledged', async () => {
  const opened = visit({ path: home })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  opened.clock.advance(5000)
  opened.control.tick()
  await expect.poll(() => opened.control.acknowledged).toBeGreaterThan(4)
})

test('[T1] a silent relay is told above its miners, which are unknown', async () => {
  const opened = visit({ path: home, miners: 60 })
  await expect.element(page.getByRole('heading', { name: 'What needs you' })).toBeVisible()
  opened.control.silence(opened.clock.now)
  await expect.element(page.getByText('Its 60 miners are unknown', { exact: false })).toBeVisible()
  await expect.element(page.getByRole('link', { name: 'Unknown 60' })).toBeVisible()
})

test('what ails a relay is told in a word at the top, and in full behind it and in the settings', async () => {
  const health = { latePolls: 0, disk: 'full', clock: 'wrong', historyFromAt: null } as const
  const opened = visit({
    path: home,
    prepare: control => control.say({ health, clockOffsetMs: 3_600_000, historyThroughAt: 1_795_100_000_000 }),
  })
  await page.getByRole('button', { name: 'Disk full' }).click()
  const told = page.getByRole('dialog', { name: 'Connection' })
  const texts = [/^Its disk is full/, 'Its clock is 1 h ahead; times are corrected', /^History complete to/]
  for (const text of texts) await expect.element(told.getByText(text)).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await userEvent.keyboard('g,')
  await page.getByRole('link', { name: 'Relays' }).click()
  for (const text of texts) await expect.element(page.getByRole('main').getByText(text)).toBeVisible()
  opened.control.say({ health: null, clockOffsetMs: 0, historyThroughAt: null })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
})

test('a silent relay that has no miners is told to be silent, and no more', async () => {
  const opened = visit({ path: home, miners: 0 })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  opened.control.silence(opened.clock.now)
  await expect.element(page.getByText('Relay north-box is silent since', { exact: false })).toBeVisible()
  await expect.element(page.getByText('0 miners', { exact: false })).not.toBeInTheDocument()
})

test.each(['', '/miners'])('a site without miners tells where the scanned ranges are written: %s', async place => {
  visit({ path: `${home}${place}`, miners: 0 })
  await expect.element(page.getByText('No miner is known yet')).toBeVisible()
  await expect.element(page.getByText('data/relay/relay.json')).toBeVisible()
  await expect.element(page.getByText('"ranges"', { exact: false })).toBeVisible()
})

test.each([
  { name: 'silent', enrolled: true },
  { name: 'not enrolled', enrolled: false },
])('a site without miners whose relay is $name leads to the relays', async ({ enrolled }) => {
  const opened = visit({
    path: home,
    miners: 0,
    prepare: control => {
      control.silence(control.relay.lastHeardAt)
      control.relayEnrolled = enrolled
    },
  })
  await expect.element(page.getByText('no relay is connected', { exact: false })).toBeVisible()
  await page.getByRole('link', { name: 'Settings → Relays' }).click()
  await expect.poll(() => opened.path()).toBe(`${home}/settings/relays`)
})

test('a site that does not exist, or belongs to others, is told as such, with the way to one’s own', async () => {
  const opened = visit({ path: '/s/site_west0000000000000/miners' })
  await expect.element(page.getByRole('heading', { name: 'No such site' })).toBeVisible()
  expect(opened.sockets).toHaveLength(0)
  await expect.element(page.getByRole('link', { name: 'South' })).toBeVisible()
  await page.getByRole('link', { name: 'North' }).click()
  await expect.element(page.getByRole('heading', { name: 'What needs you' })).toBeVisible()
  expect(opened.path()).toBe(home)
})

test('keys lead around, and help tells them', async () => {
  const opened = visit({ path: home })
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  await userEvent.keyboard('gm')
  await expect.element(page.getByRole('grid')).toBeVisible()
  await userEvent.keyboard('?')
  await expect.element(page.getByRole('dialog', { name: 'Keys and words' })).toBeVisible()
  await userEvent.keyboard('{Escape}')
  await expect.element(page.getByRole('dialog', { name: 'Keys and words' })).not.toBeInTheDocument()
  await userEvent.keyboard('/fan')
  await expect.poll(() => opened.path()).toBe(`${home}/miners?q=fan`)
})

test('a page that does not exist says so', async () => {
  visit({ path: '/nowhere' })
  await expect.element(page.getByRole('heading', { name: 'No such page' })).toBeVisible()
})
