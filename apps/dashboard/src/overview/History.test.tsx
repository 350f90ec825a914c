import { relayId, type HistoryPoint } from '@headframe/protocol'
import { page, userEvent } from 'vitest/browser'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { site } from '../../dev/api-double.ts'
import { generatedRelay } from '../../dev/mine.ts'
import { openPage, type OpenPage } from '../../dev/open-page.tsx'

let open: OpenPage | null = null
const home = `/s/${site}`
const minute = 60_000
const history = page.getByRole('region', { name: 'History' })
const plots = history.getByRole('group', { name: /^Curves/ })
const told = () => history.getByRole('status').element().textContent

beforeEach(() => page.viewport(1440, 900))
afterEach(() => open?.close())

const point = (at: number): HistoryPoint => ({
  at,
  hashrateHs: 5e15,
  expectedHashrateHs: 6e15,
  powerW: 150_000,
  miners: 60,
  hashing: 55,
  offline: 2,
})

/** Four hours of points up to the present, less an hour that nobody knows of. */
function visit(prepare: (control: OpenPage['control'], now: number) => void = () => {}) {
  const now = 1_795_176_000_000
  open = openPage({
    path: home,
    prepare: control => {
      const ats = Array.from({ length: 240 }, (_, place) => now - (240 - place) * minute)
      const gap = {
        relay: generatedRelay,
        fromAt: now - 180 * minute,
        toAt: now - 120 * minute,
        reason: 'stopped',
      } as const
      const points = ats.filter(at => at <= gap.fromAt || at >= gap.toAt).map(point)
      control.history = { stepMs: minute, points, gaps: [gap] }
      prepare(control, now)
    },
  })
  return open
}

/** Points at a share of the width of the curves. */
async function pointAt(share: number): Promise<void> {
  const { left, top, width } = plots.element().getBoundingClientRect()
  plots
    .element()
    .dispatchEvent(new PointerEvent('pointermove', { bubbles: true, clientX: left + share * width, clientY: top + 5 }))
  await expect.poll(told).not.toMatch(/^(Hatched|\s*$)/)
}

test('tells what held at the moment that is pointed at', async () => {
  visit()
  await expect.element(plots).toBeVisible()
  await pointAt(1 - 30 / 1440)
  await expect
    .poll(told)
    .toMatch(
      /: hashrate expected 6\.00 PH\/s, hashrate reported 5\.00 PH\/s, power 150 kW, miners all 60, miners hashing 55, miners offline 2$/,
    )
})

test('[S5] a gap is hatched, no line goes over it, and it says why', async () => {
  visit()
  await expect.element(plots).toBeVisible()
  const hatched = document.querySelector('[class*="gap"]')!.getBoundingClientRect()
  const { left, width } = plots.element().getBoundingClientRect()
  expect([(hatched.left - left) / width, hatched.width / width].map(share => Math.round(share * 24))).toEqual([21, 1])
  const reported = document.querySelector('svg path[class*="first"]')!.getAttribute('d')!
  expect(reported.match(/M/g)).toHaveLength(2)
  await pointAt(1 - 150 / 1440)
  await expect.poll(told).toMatch(/ to .*: not known from north-box, for it did not run$/)
  await pointAt(0.2)
  await expect.poll(told).toMatch(/: nothing was kept$/)
})

test('[S5] where one relay is silent the curve of the others is drawn thin, and says without whom', async () => {
  visit((control, now) => {
    const gone = relayId.parse('relay_gone0000000000000')
    const points = Array.from({ length: 240 }, (_, place) => point(now - (240 - place) * minute))
    const gaps = [{ relay: gone, fromAt: now - 120.5 * minute, toAt: now, reason: 'pending' } as const]
    control.history = { stepMs: minute, points, gaps }
  })
  await expect.element(plots).toBeVisible()
  const drawn = [...document.querySelectorAll('svg path[class*="first"]')].map(path => path.getAttribute('d'))
  const [whole, partial] = drawn.map(path => path?.split(/[ML]/).length)
  expect([whole, partial]).toEqual([120 + 1, 120 + 2])
  await expect.poll(told).toMatch(/^Hatched: not known\. Thin lines: the site without a relay of before\./)
  await pointAt(1 - 30 / 1440)
  await expect
    .poll(told)
    .toMatch(/, without a relay of before, for it has not sent this yet: hashrate expected 6\.00 PH\/s, /)
})

test('its end is the present, as the miners tell it', async () => {
  const { clock } = visit()
  await expect.element(plots).toBeVisible()
  clock.advance(5 * minute)
  await pointAt(1)
  await expect.poll(told).toMatch(/miners all 60, /)
  await expect.poll(told).not.toMatch(/reported 5\.00 PH/)
})

test('[T3] history is in the time of control already: a relay whose clock is ahead moves nothing', async () => {
  const hour = 60 * minute
  visit((control, now) => {
    control.say({ clockOffsetMs: hour })
    const points = Array.from({ length: 30 }, (_, place) => point(now - (30 - place) * minute))
    control.history = { stepMs: minute, points, gaps: [] }
  })
  await expect.element(plots).toBeVisible()
  await pointAt(1 - 10 / 1440)
  await expect.poll(told).toMatch(/reported 5\.00 PH/)
})

test('the span is in the address, and keys go along the curves', async () => {
  const { path } = visit()
  await history.getByRole('button', { name: '7 d' }).click()
  expect(path()).toBe(`${home}?span=7d`)
  await expect.element(plots).toBeVisible()
  plots.element().focus()
  await userEvent.keyboard('{ArrowLeft}')
  await expect.poll(told).toMatch(/^\w{3} \d+ \d\d:\d\d: hashrate/)
})

test('what cannot be read says so and is read again when asked; the rest of the page stands', async () => {
  const { control } = visit(control => (control.answersHistory = false))
  await expect.element(history.getByText('The site does not answer.')).toBeVisible()
  await expect.element(page.getByRole('heading', { name: 'What needs you' })).toBeVisible()
  control.answersHistory = true
  await history.getByRole('button', { name: 'Try again' }).click()
  await expect.element(plots).toBeVisible()
})

test('[S7] a page whose line comes back waits up to half a minute before it asks for history again', async () => {
  const { clock, control, sockets } = visit()
  await expect.element(plots).toBeVisible()
  expect(control.historyAsked).toBe(1)
  control.cut()
  clock.advance(10_000)
  await expect.poll(() => sockets.length).toBe(2)
  await expect.element(page.getByText('Live', { exact: true })).toBeVisible()
  expect(control.historyAsked).toBe(1)
  await expect.element(plots).toBeVisible()
  clock.advance(30_000)
  await expect.poll(() => control.historyAsked).toBe(2)
})

test('a site without a past says when it begins', async () => {
  visit(control => (control.history = { stepMs: minute, points: [], gaps: [] }))
  await expect.element(plots).toBeVisible()
  // The present is its first point.
  await pointAt(1)
  await expect.poll(told).toMatch(/miners all 60, /)
})
