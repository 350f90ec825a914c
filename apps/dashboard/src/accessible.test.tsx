import axe from 'axe-core'
import { page } from 'vitest/browser'
import { afterEach, expect, test } from 'vitest'
import { site } from '../dev/api-double.ts'
import { openPage, type OpenPage } from '../dev/open-page.tsx'

let open: OpenPage | null = null
const home = `/s/${site}`

afterEach(() => {
  open?.close()
  delete document.documentElement.dataset['theme']
})

const screens = [
  { name: 'Overview', path: home, sign: 'What needs you' },
  { name: 'Miners', path: `${home}/miners?q=temp>1 speed>4`, sign: '10.20.0.1' },
  { name: 'a miner', path: `${home}/miners/miner_0000000000000000`, sign: '3 of 3 present' },
  { name: 'Stratum', path: `${home}/stratum?seq=3`, sign: 'Raw bytes' },
  { name: 'People', path: `${home}/settings/people`, sign: 'Bo Lindqvist' },
  { name: 'Relays', path: `${home}/settings/relays`, sign: 'q3Xb9f1=' },
  { name: 'My account', path: `${home}/settings/account`, sign: 'Acme Mining' },
] as const

// Each theme and each width once: contrast depends on the one, what is there on the other.
const looks = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 390, height: 844 },
] as const

const cases = screens.flatMap(screen => looks.map(look => ({ ...screen, ...look })))

/** What axe finds against WCAG 2.2 A and AA, one line each. */
async function violations(): Promise<string[]> {
  endMotion()
  const { violations } = await axe.run(document.body, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
  })
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(node => `${id}: ${node.target.join(' ')} ${node.failureSummary}`),
  )
}

/** What still fades in has too little contrast for a moment. */
function endMotion(): void {
  const moving = document
    .getAnimations()
    .filter(one => Number.isFinite(Number(one.effect?.getComputedTiming().endTime)))
  for (const one of moving) one.finish()
}

test.each(cases)(
  '$name has no violation of WCAG 2.2 AA, $theme at $width px',
  async ({ path, sign, theme, width, height }) => {
    await page.viewport(width, height)
    document.documentElement.dataset['theme'] = theme
    open = openPage({ path, prepare: control => Array.from({ length: 20 }, () => control.emitTraffic(0)) })
    await expect.poll(() => document.body.innerHTML).toContain(sign)
    expect(await violations()).toEqual([])
  },
)

const bare = [
  { name: 'a Stratum list without messages', path: `${home}/stratum?text=nothing`, sign: 'No message matches' },
  { name: 'the miner of a viewer', path: `${home}/miners/miner_0000000000000000`, sign: '3 of 3 present' },
  { name: 'an unknown site', path: '/s/site_west0000000000000', sign: 'No such site' },
  { name: 'a site without miners', path: home, sign: 'No miner is known yet', miners: 0 },
] as const

// Low, so that what can scroll does.
test.each(bare)('$name has no violation either', async ({ sign, ...options }) => {
  await page.viewport(390, 420)
  open = openPage({ ...options, prepare: control => (control.api.role = 'viewer') })
  await expect.poll(() => document.body.innerHTML).toContain(sign)
  expect(await violations()).toEqual([])
})

test('a site that is still loading has none either', async () => {
  await page.viewport(390, 420)
  const sayNothing = { take: () => {}, closed: () => {} }
  open = openPage({ path: home, prepare: control => (control.open = () => sayNothing) })
  await expect.element(page.getByText('Loading the site')).toBeInTheDocument()
  expect(await violations()).toEqual([])
})

test('sign-in and setup have none either', async () => {
  open = openPage({ path: '/', prepare: control => (control.api.signedIn = false) })
  await expect.element(page.getByRole('button', { name: 'Sign in' })).toBeVisible()
  expect(await violations()).toEqual([])
  open.close()
  open = openPage({ path: '/', prepare: control => (control.api.setUp = false) })
  await expect.element(page.getByRole('button', { name: 'Set up' })).toBeVisible()
  expect(await violations()).toEqual([])
})
