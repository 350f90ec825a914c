import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { packMessages, sameTable, type LiveTable } from '@headframe/protocol'
import { applyMessages, createNoisySite, type NoisySite } from '../../packages/protocol/src/live/noisy-site.fixture.ts'
import type { Bench } from './lab.ts'
import { median, quantile, rounded } from './quantile.ts'
import { eventBytes } from './sync/event-bytes.ts'
import { historyBytes } from './sync/history-bytes.ts'

const minerCount = 50_000
/** As many as a segment of a relay's history has. */
const steadyMinutes = 20
const applications = 30

export const sync: Bench = {
  about:
    'bytes of a steady minute, of a keyframe, of history sent later and of events, and the time to apply them, at 50,000 miners',
  async run(lab) {
    lab.say(`${minerCount} miners, ${steadyMinutes} steady minutes`)
    const site = createNoisySite(minerCount)
    const keyframe = minute(site)
    const warm = minute(site)
    const steady = Array.from({ length: steadyMinutes }, () => minute(site))
    const sizes = steady.map(({ messages }) => bytesPerMiner(messages))
    return {
      miners: minerCount,
      steadyBytesPerMiner: { p50: median(sizes), max: Math.max(...sizes), limit: 2 },
      keyframeBytesPerMiner: { told: bytesPerMiner(keyframe.messages), limit: 8 },
      history: historyBytes(steady.map(({ tables }) => tables)),
      eventBytes: eventBytes(),
      applySteadyMs: timeToApply(steady[0] ?? warm, warm.tables),
      applyKeyframeMs: timeToApply(keyframe, null),
    }
  },
}

interface Minute {
  readonly messages: readonly Uint8Array[]
  readonly tables: readonly LiveTable[]
}

function minute(site: NoisySite): Minute {
  const { frames, tables } = site.minute()
  return { messages: packMessages('beat', frames, bytes => deflateRawSync(bytes)), tables }
}

function bytesPerMiner(messages: readonly Uint8Array[]): number {
  return rounded(messages.reduce((sum, message) => sum + message.length, 0) / minerCount, 3)
}

/** Inflated, decoded and applied; processor time of this thread beside the time on the wall. */
function timeToApply({ messages, tables }: Minute, base: readonly LiveTable[] | null) {
  const wallMs: number[] = []
  const cpuMs: number[] = []
  for (let round = 0; round < applications; round++) {
    const startedAt = performance.now()
    const startedCpu = process.threadCpuUsage()
    const applied = applyMessages(messages, base, inflateRawSync)
    const { user, system } = process.threadCpuUsage(startedCpu)
    wallMs.push(performance.now() - startedAt)
    cpuMs.push((user + system) / 1000)
    if (!applied.every((table, index) => sameTable(table, tables[index] ?? table))) throw new Error('another table')
  }
  const figures = (times: readonly number[]) => ({
    min: rounded(Math.min(...times), 1),
    p50: rounded(median(times), 1),
    p90: rounded(quantile(times, 0.9), 1),
  })
  return { cpu: figures(cpuMs), wall: figures(wallMs) }
}
