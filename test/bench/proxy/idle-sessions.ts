import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import { rounded } from '../quantile.ts'
import { connectMiner } from './test-miner.ts'
import { startStation } from './station.ts'

const sessions = 500
const settleMs = 3000

/** What one more idle session costs in memory: a fresh proxy before and with 500 sessions that said a share each. */
export async function measureIdleSessions(lab: Lab, place: { folder: string; poolPort: number }) {
  const station = await startStation(lab, place)
  await station.bringCapture()
  const warm = await lab.use(connectMiner(station.port))
  await warm.submit(2000)
  await sleep(settleMs)
  const rss = () => ({ proxyKb: rssKb(station.proxyPid), captureKb: rssKb(station.capturePid()) })
  const before = rss()
  for (let opened = 0; opened < sessions; opened++) {
    const miner = await lab.use(connectMiner(station.port))
    await miner.submit(1)
  }
  await sleep(settleMs)
  const after = rss()
  return {
    sessions,
    proxyRssKb: { before: before.proxyKb, after: after.proxyKb },
    kbPerSession: {
      proxy: rounded((after.proxyKb - before.proxyKb) / sessions, 1),
      capture: rounded((after.captureKb - before.captureKb) / sessions, 1),
    },
  }
}

function rssKb(pid: number | null): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
}
