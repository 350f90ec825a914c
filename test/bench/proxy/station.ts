import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { captureHealth, type CaptureHealth } from '@headframe/protocol'
import { z } from 'zod'
import { root, type Program } from '../../harness/processes.ts'
import type { Lab } from '../lab.ts'
import { startReady } from '../ready-line.ts'

/** A proxy of ours with its capture process, on a data folder of their own. */
export interface Station {
  readonly port: number
  readonly proxyPid: number
  readonly apiPath: string
  capturePid(): number | null
  /** Resolves when capture runs and has taken in what waited for it. */
  bringCapture(): Promise<void>
  /** `kill -9`, without a return. */
  killCapture(): Promise<void>
  health(): Promise<CaptureHealth>
}

export async function startStation(lab: Lab, place: { folder: string; poolPort: number }): Promise<Station> {
  const words = configure(place)
  const start = (name: string) => startReady(lab, { words: [script(name), ...words] })
  const proxy = await start('proxy')
  const [listening = ''] = z.array(z.string()).parse(proxy.told['listening'])
  const apiPath = join(place.folder, 'run/capture-api.sock')
  let capture: Program | null = null

  return {
    port: Number(listening.split(':')[1]),
    proxyPid: proxy.program.process.pid ?? 0,
    apiPath,
    capturePid: () => capture?.process.pid ?? null,
    async bringCapture() {
      capture ??= (await start('capture')).program
      await untilIdle(apiPath)
    },
    async killCapture() {
      await capture?.end('SIGKILL')
      capture = null
    },
    health: () => askHealth(apiPath),
  }
}

const script = (name: string) => join(root, `apps/site-relay/src/${name}-process.ts`)

function configure({ folder, poolPort }: { folder: string; poolPort: number }): readonly string[] {
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'relay.json')
  const route = { listen: '127.0.0.1:0', pool: `stratum+tcp://127.0.0.1:${poolPort}` }
  writeFileSync(config, JSON.stringify({ proxy: [route], logLevel: 'warn' }))
  return ['--data', folder, '--config', config]
}

/** The proxy tries to reach its capture again at least this often: after two of these without news there is none. */
const reconnectMs = 1000

async function untilIdle(apiPath: string): Promise<void> {
  let before = -1
  for (let tries = 0; tries < 20; tries++) {
    await sleep(reconnectMs)
    const { messages } = await askHealth(apiPath)
    if (messages === before) return
    before = messages
  }
  throw new Error('the capture process is still behind after 20 s')
}

const healthLine = z.object({ type: z.literal('health'), health: captureHealth })

async function askHealth(apiPath: string): Promise<CaptureHealth> {
  const socket = connect(apiPath)
  try {
    socket.write('{"type":"health","id":1}\n')
    for await (const line of createInterface({ input: socket, signal: AbortSignal.timeout(5000) })) {
      return healthLine.parse(JSON.parse(line)).health
    }
    throw new Error('the capture process closed the connection')
  } finally {
    socket.destroy()
  }
}
