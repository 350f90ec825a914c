import type { Page } from 'playwright'
import { built } from '../../../apps/site-relay/src/box/build.ts'
import { openBrowser } from '../../harness/browser.ts'
import type { SignedIn } from '../../harness/control-api.ts'
import { firstPageScripts, gzipBytes } from '../../harness/first-page.ts'
import type { Lab } from '../lab.ts'
import { median, rounded } from '../quantile.ts'
import { followTasks, scrollThrough, timePress, timeTyping, waitForTable, type Timed } from './in-page.ts'

const rounds = 3
const words = ['s21', '10.1.3', 'northmine.h12', 'temp>70', 'model:xp -state:offline', 'no such miner']
const typed = 's21 temp>70'
const liveMs = 10_000
/** For the first rows, on a machine that is busy with other things. */
const longestMs = 120_000

/** What a person meets who opens the table of a site, sorts, filters, types and scrolls: in Chromium, at no reduced speed. */
export async function measurePage(lab: Lab, { api, site }: SignedIn): Promise<object> {
  const browser = await lab.use(openBrowser())
  const [name = '', value = ''] = api.cookie().split('=')
  const pages: Awaited<ReturnType<typeof measureOnce>>[] = []
  for (let round = 0; round < rounds; round++) {
    // A browser that was never here: nothing is in its cache.
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    await context.addCookies([{ name, value, url: api.url }])
    const page = await context.newPage()
    const work = await followWork(page)
    pages.push(await measureOnce(page, `${api.url}/s/${site}/miners`, work))
    lab.say(`round ${round + 1} of ${rounds}: first rows after ${pages.at(-1)?.firstPaintMs} ms`)
    await context.close()
  }
  const all = (of: 'sorts' | 'filters' | 'keystrokes') => spread(pages.flatMap(page => page[of]))
  const worst = (of: 'scrollBlankRows' | 'longestTaskAtLoadMs' | 'longestTaskLiveMs') =>
    Math.max(...pages.map(page => page[of]))
  return {
    rounds,
    firstPaintMs: rounded(median(pages.map(page => page.firstPaintMs))),
    /** Processor time of the page's main thread until then, and in ten seconds of living with it. */
    loadWorkMs: median(pages.map(page => page.loadWorkMs)),
    liveWorkMs: median(pages.map(page => page.liveWorkMs)),
    longestTaskAtLoadMs: worst('longestTaskAtLoadMs'),
    sortMs: all('sorts'),
    filterMs: all('filters'),
    keystrokeMs: all('keystrokes'),
    longTasksLive: {
      perTenSeconds: median(pages.map(page => page.longTasksLive)),
      longestMs: worst('longestTaskLiveMs'),
    },
    scrollBlankRows: worst('scrollBlankRows'),
    scriptGzipKb: rounded(gzipBytes(firstPageScripts(built.dashboard)) / 1000),
  }
}

async function measureOnce(page: Page, url: string, work: () => Promise<number>) {
  await page.addInitScript(followTasks)
  await page.addInitScript(waitForTable)
  await page.goto(url)
  await page.waitForFunction(() => 'tableAt' in window, undefined, { timeout: longestMs })
  const firstPaintMs = await page.evaluate(() => Number(Reflect.get(window, 'tableAt')))
  const loadWorkMs = await work()
  const atLoad = await tasksOf(page)
  await page.waitForTimeout(liveMs)
  const liveWorkMs = rounded((await work()) - loadWorkMs)
  const live = await tasksOf(page)
  const headers = await page.locator('[role=columnheader] button').count()
  const sorts: Timed[] = []
  for (let press = 0; press < 2 * headers; press++) sorts.push(await page.evaluate(timePress, press % headers))
  const filters: Timed[] = []
  for (const word of words) filters.push(await page.evaluate(timeTyping, word), await page.evaluate(timeTyping, ''))
  const keystrokes: Timed[] = []
  for (let length = 1; length <= typed.length; length++)
    keystrokes.push(await page.evaluate(timeTyping, typed.slice(0, length)))
  await page.evaluate(timeTyping, '')
  return {
    firstPaintMs: rounded(firstPaintMs),
    loadWorkMs,
    liveWorkMs,
    sorts,
    filters,
    keystrokes,
    scrollBlankRows: await page.evaluate(scrollThrough),
    longestTaskAtLoadMs: Math.max(0, ...atLoad),
    longTasksLive: live.length,
    longestTaskLiveMs: Math.max(0, ...live),
  }
}

/** Processor time that the main thread of a page has used, ms: it depends less than the clock on what else runs. */
async function followWork(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return rounded(1000 * (metrics.find(metric => metric.name === 'TaskDuration')?.value ?? Number.NaN))
  }
}

/** Tasks of more than 50 ms since it was last asked. */
async function tasksOf(page: Page): Promise<number[]> {
  const tasks: unknown = await page.evaluate(() => Reflect.get(window, 'longTasks').splice(0))
  return Array.isArray(tasks) ? tasks.map(Number) : []
}

/** `answered`: the page is changed and laid out. `painted`: and a frame later it was painted. */
function spread(times: readonly Timed[]) {
  const of = (key: keyof Timed) => {
    const all = times.map(time => time[key])
    return { p50: rounded(median(all)), max: rounded(Math.max(...all)) }
  }
  return { answered: of('answeredMs'), painted: of('paintedMs') }
}
