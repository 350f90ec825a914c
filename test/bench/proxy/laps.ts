import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import type { TestMiner } from './test-miner.ts'
import { attachStoppedViewer } from './stopped-viewer.ts'
import type { Station } from './station.ts'

/** What a station is during a lap. */
const roles = ['proxy', 'proxyStoppedViewer', 'proxyCaptureAway'] as const
const paths = ['direct', 'barePipe', ...roles] as const
export type Path = (typeof paths)[number]

/** Times of one block of shares for each round, by path. */
export type Rounds = Readonly<Record<Path, number[][]>>

export interface Course {
  readonly direct: TestMiner
  readonly barePipe: TestMiner
  readonly stations: readonly { readonly station: Station; readonly miner: TestMiner }[]
}

export interface LapOptions {
  readonly roundsPerLap: number
  readonly sharesPerBlock: number
}

/** As many laps as stations: each station has each role once, so that no difference between two processes is left in a ratio. */
export async function runLaps(lab: Lab, course: Course, options: LapOptions): Promise<Rounds> {
  const rounds: Rounds = { direct: [], barePipe: [], proxy: [], proxyStoppedViewer: [], proxyCaptureAway: [] }
  for (const lap of course.stations.keys()) {
    lab.say(`lap ${lap + 1} of ${course.stations.length}`)
    using cast = await prepare(course, lap)
    for (const miner of Object.values(cast.miners)) await miner.submit(warmShares)
    for (let round = 0; round < options.roundsPerLap; round++) {
      for (const path of shuffled()) {
        await sleep(pauseMs)
        rounds[path].push(await cast.miners[path].submit(options.sharesPerBlock))
      }
    }
  }
  return rounds
}

const warmShares = 1000
/** Longer than copies wait before they are sent (10 ms), and than capture takes for those of one block. */
const pauseMs = 60

/** In a fixed order, what a block leaves for capture to do would always fall on the same next path. */
function shuffled(): Path[] {
  return paths
    .map(path => ({ path, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ path }) => path)
}

async function prepare({ direct, barePipe, stations }: Course, lap: number) {
  const inRole = (role: (typeof roles)[number]) => {
    const found = stations[(roles.indexOf(role) + lap) % stations.length]
    if (!found) throw new Error('there is a station for each role')
    return found
  }
  const stopped = inRole('proxyStoppedViewer')
  const away = inRole('proxyCaptureAway')
  const there = inRole('proxy')
  await Promise.all([there.station.bringCapture(), stopped.station.bringCapture(), away.station.killCapture()])
  const viewer = await attachStoppedViewer(stopped.station.apiPath)
  const miners: Record<Path, TestMiner> = {
    direct,
    barePipe,
    proxy: there.miner,
    proxyStoppedViewer: stopped.miner,
    proxyCaptureAway: away.miner,
  }
  return { miners, [Symbol.dispose]: () => viewer[Symbol.dispose]() }
}
