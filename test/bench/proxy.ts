import { join } from 'node:path'
import { scratchFolder } from '../harness/processes.ts'
import type { Bench, Lab } from './lab.ts'
import { measureIdleSessions } from './proxy/idle-sessions.ts'
import { runLaps, type Course, type Path, type Rounds } from './proxy/laps.ts'
import { startStation } from './proxy/station.ts'
import { connectMiner } from './proxy/test-miner.ts'
import { median, quantile, rounded } from './quantile.ts'
import { startReady } from './ready-line.ts'

export const proxy: Bench = {
  about: 'what the Stratum proxy adds to a share, whatever capture and viewers do; memory of an idle session',
  async run(lab) {
    const scratch = await lab.use(scratchFolder())
    const poolPort = await startPart(lab, new URL('proxy/echo-pool.ts', import.meta.url))
    const course = await lay(lab, scratch.path, poolPort)
    const rounds = await runLaps(lab, course, { roundsPerLap: 20, sharesPerBlock: 250 })
    const captured = await Promise.all(course.stations.map(({ station }) => station.health().catch(() => null)))
    lab.say('idle sessions')
    const idle = await measureIdleSessions(lab, { folder: join(scratch.path, 'idle'), poolPort })
    return {
      sharesPerPath: rounds.direct.flat().length,
      roundTripUs: each(times => ({
        p50: rounded(median(times), 1),
        p90: rounded(quantile(times, 0.9), 1),
        p99: rounded(quantile(times, 0.99), 1),
      }))(rounds),
      ratios: {
        'proxy/direct': ratio(rounds, 'proxy', 'direct'),
        'barePipe/direct': ratio(rounds, 'barePipe', 'direct'),
        'proxy/barePipe': ratio(rounds, 'proxy', 'barePipe'),
        'stoppedViewer/noViewer': ratio(rounds, 'proxyStoppedViewer', 'proxy'),
        'captureAway/captureThere': ratio(rounds, 'proxyCaptureAway', 'proxy'),
      },
      captured: captured.filter(health => health !== null).map(({ messages, dropped }) => ({ messages, dropped })),
      idle,
    }
  },
}

async function startPart(lab: Lab, script: URL, ...words: readonly string[]): Promise<number> {
  const { told } = await startReady(lab, { words: [script.pathname, ...words] })
  return Number(told['port'])
}

async function lay(lab: Lab, folder: string, poolPort: number): Promise<Course> {
  const pipePort = await startPart(lab, new URL('proxy/bare-pipe.ts', import.meta.url), String(poolPort))
  const station = async (name: string) => {
    const station = await startStation(lab, { folder: join(folder, name), poolPort })
    return { station, miner: await lab.use(connectMiner(station.port)) }
  }
  return {
    direct: await lab.use(connectMiner(poolPort)),
    barePipe: await lab.use(connectMiner(pipePort)),
    stations: [await station('a'), await station('b'), await station('c')],
  }
}

function each<T>(figure: (times: readonly number[]) => T) {
  return (rounds: Rounds) =>
    Object.fromEntries(Object.entries(rounds).map(([path, times]) => [path, figure(times.flat())]))
}

/** Each round is compared with itself, so that what else the machine does meanwhile cancels: the medians of all rounds. */
function ratio(rounds: Rounds, of: Path, to: Path) {
  const perRound = (part: number) =>
    rounds[of].map((times, round) => quantile(times, part) / quantile(rounds[to][round] ?? [], part))
  return { p50: spread(perRound(0.5)), p90: spread(perRound(0.9)), p99: spread(perRound(0.99)) }
}

/** `p10` to `p90`: how far a single round may be off. */
function spread(ratios: readonly number[]) {
  const at = (part: number) => rounded(quantile(ratios, part), 3)
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) }
}
