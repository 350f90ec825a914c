import { chromium, type Browser, type LaunchOptions, type Page } from 'playwright'
import type { Box } from './box.ts'
import { owner } from './control-api.ts'

/** Chromium of the machine, without a window. */
export async function openBrowser(options: LaunchOptions = {}): Promise<Browser & AsyncDisposable> {
  return chromium.launch({
    ...options,
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking'],
  })
}

export interface Watched {
  readonly page: Page
  /** Requests to another origin, errors on the page and in its console: all must stay empty. */
  readonly complaints: string[]
}

/** A page that notes everything that should not happen. */
export async function openPage(browser: Browser, box: Box, size = { width: 1440, height: 900 }): Promise<Watched> {
  const page = await browser.newPage({ viewport: size })
  const complaints: string[] = []
  page.setDefaultTimeout(30_000)
  page.on('pageerror', error => complaints.push(`error: ${error.message}`))
  page.on('console', message => message.type() === 'error' && complaints.push(`console: ${message.text()}`))
  page.on('request', request => {
    const { origin, protocol } = new URL(request.url())
    if (protocol.startsWith('http') && origin !== box.url) complaints.push(`left the origin: ${request.url()}`)
  })
  return { page, complaints }
}

/** First run: opens the printed address and becomes the owner. */
export async function setUpInBrowser(page: Page, box: Box): Promise<void> {
  await page.goto(`${box.url}/setup#code=${box.setupCode}`)
  const fields = {
    Name: owner.name,
    Login: owner.login,
    Password: owner.password,
    Organisation: 'North Mining',
    Site: 'North',
  }
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label, { exact: true }).fill(value)
  await page.getByRole('button', { name: 'Set up' }).click()
  await page.getByRole('heading', { name: 'Overview' }).waitFor()
}
