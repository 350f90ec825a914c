import type { Bench } from './lab.ts'
import { openMine } from './live/mine.ts'
import { watchPage, type ShownChange } from './live/page.ts'
import { changeAll, type Change } from './live/changes.ts'
import { median, quantile, rounded } from './quantile.ts'

/** Each heats every target and cools it again. */
const rounds = 2
const targetMs = 1000

export const live: Bench = {
  about: 'from the relay reading a change on a miner to a dashboard having it, with 200 miners',
  async run(lab) {
    const mine = await openMine(lab)
    const page = await watchPage(lab, mine.page)
    const changes: Change[] = []
    for (let round = 0; round < rounds; round++) {
      for (const fault of ['hot', null] as const) {
        lab.say(`${changes.length} changes seen; ${fault ?? 'healing'} next`)
        changes.push(...(await changeAll(mine, fault)))
      }
    }
    const measured = changes.filter(change => change.readAt !== null)
    const shown = paired(measured, await page.shown())
    return {
      miners: mine.view.miners.size,
      targetMs,
      overSocket: figures(measured.map(({ arrivedAt, readAt }) => arrivedAt - (readAt ?? Number.NaN))),
      onPage: figures(shown),
      unmatched: changes.length - measured.length,
    }
  },
}

function figures(delaysMs: readonly number[]) {
  const max = Math.max(...delaysMs)
  return {
    changes: delaysMs.length,
    p50Ms: rounded(median(delaysMs)),
    p99Ms: rounded(quantile(delaysMs, 0.99)),
    maxMs: rounded(max),
    within: delaysMs.filter(ms => ms < targetMs).length,
  }
}

/** The first time that the page showed a change after the relay read it. */
function paired(changes: readonly Change[], shown: readonly ShownChange[]): number[] {
  return changes.flatMap(({ address, hot, readAt }) => {
    if (readAt === null) return []
    const first = shown.find(one => one.address === address && one.hotter === hot && one.at >= readAt)
    // One that is shown much later is of the next round: the page does not draw this miner.
    return first === undefined || first.at - readAt > 8000 ? [] : [first.at - readAt]
  })
}
