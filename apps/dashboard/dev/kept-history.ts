import { columns, readCell, type HistoryPoint, type SiteHistory } from '@headframe/protocol'
import { generatedRelay, type Mine } from './mine.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** What a control would have kept of a generated mine: a swing over each day, and a hole of each kind. */
export function keptHistory(mine: Mine, asked: { from: number; to: number; now: number }): SiteHistory {
  const { from, to, now } = asked
  const stepMs = to - from <= dayMs ? minuteMs : 15 * minuteMs
  const gaps = [
    { relay: generatedRelay, fromAt: now - 8 * dayMs, toAt: now - 6.4 * dayMs, reason: 'budget' as const },
    { relay: generatedRelay, fromAt: now - 30 * hourMs, toAt: now - 26 * hourMs, reason: 'stopped' as const },
    { relay: generatedRelay, fromAt: now - 6 * hourMs, toAt: now - 5.3 * hourMs, reason: 'pending' as const },
  ].filter(gap => gap.toAt > from && gap.fromAt < to)
  const points: HistoryPoint[] = []
  const sums = sumsOf(mine)
  for (let at = Math.ceil(from / stepMs) * stepMs; at < Math.min(to, now); at += stepMs)
    if (!gaps.some(gap => at > gap.fromAt && at < gap.toAt)) points.push(pointAt(at, sums))
  return { stepMs, points, gaps }
}

function sumsOf({ miners, cohorts }: Mine) {
  const sum = (column: typeof columns.hashrateHs | typeof columns.expectedHashrateHs | typeof columns.powerW) =>
    cohorts.reduce((total, table) => {
      for (let slot = 0; slot < table.slots; slot++) total += readCell(table, column, slot) ?? 0
      return total
    }, 0)
  return {
    hashrateHs: sum(columns.hashrateHs),
    expectedHashrateHs: sum(columns.expectedHashrateHs),
    powerW: sum(columns.powerW),
    miners: miners.length,
  }
}

function pointAt(at: number, sums: ReturnType<typeof sumsOf>): HistoryPoint {
  const swing = Math.sin((at / dayMs) * 2 * Math.PI)
  const noise = (((at / minuteMs) * 7919) % 101) / 101 - 0.5
  const share = 0.97 + 0.015 * swing + 0.012 * noise
  const hashing = Math.round(sums.miners * (share - 0.07))
  return {
    at,
    hashrateHs: sums.hashrateHs * share,
    expectedHashrateHs: sums.expectedHashrateHs,
    powerW: sums.powerW * (0.985 + 0.01 * swing + 0.006 * noise),
    miners: sums.miners,
    hashing,
    offline: Math.round(sums.miners * 0.018 * (1 - swing * 0.4)),
  }
}
