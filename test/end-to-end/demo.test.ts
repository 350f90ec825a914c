import { join } from 'node:path'
import { expect, onTestFailed, test } from 'vitest'
import { startBox } from '../harness/box.ts'
import { openBrowser, openPage, setUpInBrowser } from '../harness/browser.ts'
import { root, scratchFolder } from '../harness/processes.ts'

test('a newcomer sees a living mine: setup, 200 miners, shares, one blinks, one reboots and its uptime proves it', async () => {
  using scratch = scratchFolder()
  await using box = await startBox({ dataDir: join(scratch.path, 'data'), demo: 200 })
  await using browser = await openBrowser()
  const { page, complaints } = await openPage(browser, box)
  onTestFailed(async () => void (await page.screenshot({ path: join(root, 'test-results/demo.png') })))
  await setUpInBrowser(page, box)
  await expect.poll(() => page.getByText('demo', { exact: true }).count()).toBeGreaterThan(0)

  // 200 miners, and the states add up to them.
  await page.getByText('200 miners', { exact: true }).waitFor({ timeout: 60_000 })
  const states = page.getByRole('region', { name: 'Miners' }).getByRole('listitem')
  const sum = async () => {
    const texts = await states.allInnerTexts()
    return texts.reduce((total, text) => total + Number(/(\d+)\s*$/.exec(text)?.[1] ?? 0), 0)
  }
  expect(await sum()).toBe(200)

  // Shares flow.
  await page.getByRole('link', { name: 'Stratum' }).click()
  await page.getByText('share accepted').first().waitFor({ timeout: 60_000 })
  await page.reload()
  await page.getByText('share accepted').first().waitFor()

  // One blinks.
  await page.getByRole('link', { name: 'Miners', exact: true }).click()
  await page.getByRole('searchbox').fill('model:s19 state:hashing')
  await page.getByRole('grid', { name: 'Miners' }).getByText('S19 Pro').first().click()
  const miner = page.getByRole('complementary', { name: /^Miner 127\./ })
  await miner.getByRole('button', { name: 'Blink', exact: true }).click()
  await miner.getByText('its light blinks').waitFor()

  // One reboots; the page tells its uptime before and after.
  await miner.getByRole('button', { name: 'Reboot' }).click()
  await page.getByRole('button', { name: /^Reboot 127\./ }).click()
  const evidence = miner.getByRole('listitem').filter({ hasText: 'Reboot' }).first()
  await evidence
    .getByText(/uptime/i)
    .first()
    .waitFor({ timeout: 90_000 })
  expect(await evidence.innerText()).toMatch(/restarted/)

  // The address restores the page.
  await page.reload()
  await miner.getByRole('heading', { name: /127\./ }).waitFor()
  expect(complaints).toEqual([])
})
