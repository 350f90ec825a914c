import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Lab } from '../lab.ts'
import { rounded } from '../quantile.ts'
import { startStation, type Station } from './station.ts'
import { connectMiner } from './test-miner.ts'

/** A process needs a while, and some garbage, to come to rest. */
const settleMs = 2000

/**
 * Resident memory of proxy and capture while sessions idle that said a share each. The first ones partly fill what a
 * fresh process has to spare, so what later ones cost is told too.
 */
export async function measureIdleSessions(lab: Lab, place: { folder: string; poolPort: number }) {
  const station = await startStation(lab, place)
  await station.bringCapture()
  const fill = (sessions: number) => openSessions(lab, station, sessions)
  const none = await fill(1)
  const first = await fill(500)
  const later = await fill(1500)
  return {
    rssKb: { fresh: none, with500: first, with2000: later },
    kbPerSession: { first500: perSession(none, first, 500), later1500: perSession(first, later, 1500) },
  }
}

interface Memory {
  readonly proxy: number
  readonly capture: number
}

async function openSessions(lab: Lab, station: Station, sessions: number): Promise<Memory> {
  for (let opened = 0; opened < sessions; opened++) {
    const miner = await lab.use(connectMiner(station.port))
    await miner.submit(1)
  }
  await sleep(settleMs)
  return { proxy: rssKb(station.proxyPid), capture: rssKb(station.capturePid()) }
}

function perSession(before: Memory, after: Memory, sessions: number): Memory {
  return {
    proxy: rounded((after.proxy - before.proxy) / sessions, 1),
    capture: rounded((after.capture - before.capture) / sessions, 1),
  }
}

function rssKb(pid: number | null): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
}
