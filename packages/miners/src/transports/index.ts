import { setTimeout as sleep } from 'node:timers/promises'
import type { Account, Credentials, Transport } from '../driver.ts'
import { portOf } from '../patience.ts'
import { askCgminerPort, type Place } from './cgminer.ts'
import { aborted } from './failure.ts'
import { createGate } from './gate.ts'
import { createTransportMemory, type TransportMemory } from './memory.ts'
import { createWeb } from './web.ts'
import { createSealed } from './whatsminer-v2.ts'
import { askV3Port } from './whatsminer-v3.ts'

export { connectNow } from './connect-now.ts'
export { createTransportMemory, type TransportMemory } from './memory.ts'

export type TransportOptions = {
  readonly address: string
  /** Where a standard port really is, such as 80 at 8080; a port that is missing is itself. */
  readonly ports: Readonly<Record<number, number>>
  /** By driver id; a driver that is missing uses what its vendor publishes. */
  readonly credentials: Readonly<Record<string, Credentials>> | null
  readonly timeoutMs: number
  /** Which of our own addresses to speak from. */
  readonly localAddress?: string
  /** What was remembered of this miner; without it nothing is. */
  readonly memory?: TransportMemory
  /** Asked right before a request leaves; `false` breaks it off, and nothing was sent. */
  readonly maySend?: () => boolean
}

/** Reaches one miner over the network. At most two connections at once, each closed after its request. */
export function createTransport(options: TransportOptions): Transport {
  const place = (port: number): Place => ({
    host: options.address,
    port: options.ports[port] ?? port,
    localAddress: options.localAddress,
    maySend: options.maySend,
  })
  const credentialsOf = (account: Account) => options.credentials?.[account.driver] ?? account.standard
  const memory = options.memory ?? createTransportMemory()
  const web = createWeb({ place, credentialsOf, timeoutMs: options.timeoutMs, memory })
  const sealed = createSealed(memory)
  const gate = createGate(2)
  const request: Transport['request'] = async (asked, signal) => {
    if (asked.kind === 'wait') return await pause(asked.ms, signal)
    const at = place(portOf(asked))
    const timing = { timeoutMs: asked.timeoutMs ?? options.timeoutMs, signal }
    switch (asked.kind) {
      case 'cgminer':
        return await askCgminerPort(at, asked.body, timing)
      case 'whatsminer':
        return await askCgminerPort(at, { cmd: asked.cmd }, timing)
      case 'whatsminer-sealed':
        return await sealed(asked, credentialsOf(asked.account), command => askCgminerPort(at, command, timing))
      case 'whatsminer-v3':
        return await askV3Port(at, asked, { ...timing, credentials: asked.account && credentialsOf(asked.account) })
      case 'http':
        return await web(asked, signal)
    }
  }
  return {
    request: (asked, signal) => (asked.kind === 'wait' ? request(asked, signal) : gate(() => request(asked, signal))),
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal })
  } catch {
    throw aborted(false)
  }
}
