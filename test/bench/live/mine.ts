import { join } from 'node:path'
import type { Page } from 'playwright'
import { z } from 'zod'
import { startBox } from '../../harness/box.ts'
import { openBrowser, openPage, setUpInBrowser } from '../../harness/browser.ts'
import { signIn } from '../../harness/control-api.ts'
import { openDashboard, type DashboardClient } from '../../harness/dashboard-client.ts'
import { freePort, root, scratchFolder } from '../../harness/processes.ts'
import { writeConfig } from '../../harness/relay.ts'
import type { Lab } from '../lab.ts'
import { startReady } from '../ready-line.ts'

/** A box with a simulated site of 200 miners, whose faults can be set, and two dashboards. */
export interface Mine {
  readonly view: DashboardClient
  readonly page: Page
  /** Addresses of miners that are well, of each make but the coolest. */
  readonly targets: readonly string[]
  readonly setFault: (address: string, fault: 'hot' | null) => Promise<void>
}

const minerCount = 200
/** As in the demo. */
const pollEveryMs = 10_000

/** The simulated site is ours, not the box's own demo: nobody outside can reach the faults of that one. */
export async function openMine(lab: Lab): Promise<Mine> {
  const scratch = await lab.use(scratchFolder())
  const proxyPort = await freePort()
  const site = await startSimulator(lab, proxyPort)
  const dataDir = join(scratch.path, 'data')
  writeConfig(dataDir, {
    ranges: [{ name: 'bench', addresses: site.range, ports: site.ports }],
    proxy: [{ listen: `127.0.0.1:${proxyPort}`, pool: site.pool }],
    pollEveryMs,
  })
  lab.say('starting a box')
  const box = await lab.use(startBox({ dataDir }))
  // On Ctrl-C Playwright would end this process at once, before the lab has ended the box.
  const browser = await lab.use(openBrowser({ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }))
  const { page } = await openPage(browser, box, { width: 1440, height: 3200 })
  await setUpInBrowser(page, box)
  const { api, site: siteId } = await signIn(box.url)
  const view = await lab.use(openDashboard(api, siteId))
  await view.until('miners hashing', () => (view.states().hashing ?? 0) > minerCount * 0.9, 90_000)
  await page.goto(`${page.url()}/miners?sort=address`)
  await page.getByText('127.', { exact: false }).first().waitFor()
  return { view, page, targets: await targetsOf(site.control), setFault: (...what) => setFault(site.control, ...what) }
}

const siteReady = z.object({
  range: z.string(),
  ports: z.record(z.string(), z.number()),
  pool: z.string(),
  control: z.string(),
})

async function startSimulator(lab: Lab, proxyPort: number) {
  const words = {
    miners: minerCount,
    'stratum-url': `stratum+tcp://127.0.0.1:${proxyPort}`,
    'pool-port': await freePort(),
    'first-address': '127.61.0.1',
  }
  const { told } = await startReady(lab, {
    words: [
      join(root, 'packages/simulator/src/main.ts'),
      '--demo-faults',
      ...Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
  })
  return siteReady.parse(told)
}

const simulated = z.array(z.object({ address: z.string(), family: z.string(), fault: z.string().nullable() }))

/** A Bitaxe is no good here: it stops when it is too hot, so that its fault heats it by little. */
async function targetsOf(control: string): Promise<string[]> {
  const miners = simulated.parse(await (await fetch(`${control}/miners`)).json())
  const well = miners.filter(({ family, fault }) => family !== 'bitaxe' && fault === null)
  return well.filter((_, index) => index % 3 === 0).map(({ address }) => address)
}

async function setFault(control: string, address: string, fault: 'hot' | null): Promise<void> {
  const response = await fetch(`${control}/miners/${address}/fault`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ fault }),
  })
  if (!response.ok) throw new Error(`the simulator refused a fault: ${await response.text()}`)
}
