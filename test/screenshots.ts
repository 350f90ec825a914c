// Draws the pictures of the documentation: a fresh demo, every screen, wide and narrow, light and dark.
// usage: npm run screenshots -- [folder]        (default docs/images)
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { startBox } from './harness/box.ts'
import { openBrowser, openPage, setUpInBrowser } from './harness/browser.ts'
import { root, scratchFolder } from './harness/processes.ts'

const folder = process.argv[2] ?? join(root, 'docs/images')
const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } }
const settleMs = 2500

using scratch = scratchFolder()
await using box = await startBox({ dataDir: join(scratch.path, 'data'), demo: 200 })
await using browser = await openBrowser()
const { page } = await openPage(browser, box)
await setUpInBrowser(page, box)
await page.getByText(/^\d+ miners$/).waitFor()
await page.waitForTimeout(60_000)
const home = page.url()
mkdirSync(folder, { recursive: true })

const screens: Record<string, (page: Page) => Promise<unknown>> = {
  // Not loaded anew where it is open: its lines show what was seen since then.
  overview: async page => page.url() === home || (await page.goto(home)),
  miners: page => page.goto(`${home}/miners`),
  miner: async page => {
    await page.goto(`${home}/miners?q=problem%3Ahashboard-missing`)
    await page
      .getByText(/^127\./)
      .first()
      .click()
  },
  stratum: async page => {
    await page.goto(`${home}/stratum`)
    const accepted = page.getByText('share accepted')
    await accepted.first().waitFor()
    await page.waitForTimeout(settleMs)
    await page.getByRole('button', { name: 'Pause' }).click()
    await accepted.last().click()
  },
  settings: page => page.goto(`${home}/settings`),
}
for (const [size, viewport] of Object.entries(sizes)) {
  await page.setViewportSize(viewport)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    for (const [name, show] of Object.entries(screens)) {
      await show(page)
      await page.waitForTimeout(settleMs)
      await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`) })
    }
  }
}
