import {
  askMinerWho,
  commandMiner,
  commandsOf,
  driverById,
  MinerError,
  readMiner,
  recogniseMiner,
  refreshMiner,
  type Credentials,
  type Driver,
  type Transport,
} from '@headframe/miners'
import { createTransport, createTransportMemory, type TransportMemory } from '@headframe/miners/transports'
import type { CommandKind, CommandOrder, MinerInfo, Outcome, Reading } from '@headframe/protocol'
import type { IdentifyResult } from '../discovery/scan.ts'
import type { Target } from '../discovery/targets.ts'
import type { Found } from '../fleet/inventory.ts'
import type { ReadResult } from '../fleet/poll.ts'

/** Miners over the network: who they are, what they say, what they are asked. */
export interface MinerIo {
  /** With `before` what moves is enough, and the rest stays as it was told then. */
  readonly read: (info: MinerInfo, signal: AbortSignal, before: Reading | null) => Promise<ReadResult>
  readonly identify: (target: Target, signal: AbortSignal) => Promise<Identified>
  readonly perform: (info: MinerInfo, order: CommandOrder, signal: AbortSignal) => Promise<Outcome>
}

export type Identified =
  | { readonly kind: 'miner'; readonly found: Found }
  | { readonly kind: Exclude<IdentifyResult, 'identified' | 'busy'> }

export interface MinerIoDeps {
  readonly portsOf: (address: string) => Readonly<Record<string, number>>
  readonly credentials: () => Readonly<Record<string, Credentials>>
  readonly deadlineMs: number
  /** Which of our own addresses to ask from; the system's choice when absent. */
  readonly localAddress?: string | undefined
  /** Asked right before a request leaves [S8]. */
  readonly maySend?: () => boolean
  /** Epoch ms. */
  readonly now: () => number
  /** A driver fell over what this machine said: a bug of ours, and the end of this conversation only [X2]. */
  readonly onBug: (address: string, error: unknown) => void
}

/** One request of a conversation. A control board under load takes seconds (operators report 200 ms to some seconds). */
const requestMs = 5000
/** Probes, a second round and a first reading. */
const identifyMs = 25_000
/** How long an effect may take to show: a stock control board restarts in one to three minutes. */
const observeMs: Readonly<Record<CommandKind, number>> = { reboot: 240_000, locate: 15_000, setPools: 60_000 }

export function createMinerIo(deps: MinerIoDeps): MinerIo {
  const transportTo = transports(deps)
  const bugAt = (address: string) => (error: unknown) => deps.onBug(address, error)
  return {
    read: async (info, signal, before) => {
      const driver = driverById(info.driver)
      if (!driver) return { kind: 'failed', code: 'unknown-family' }
      const limits = { deadlineMs: deps.deadlineMs, signal, onBug: bugAt(info.address) }
      return await attempt(limits, async both => {
        const options = { driver, transport: transportTo(info.address), signal: both, now: deps.now }
        const refreshed = before && (await refreshMiner({ ...options, before }))
        const reading = refreshed ?? (await readMiner(options))
        const found = { ...foundOf(driver, info.address, reading), reading }
        return { kind: 'read', found, refreshed: refreshed !== null }
      })
    },
    identify: async ({ address }, signal) => {
      const transport = transportTo(address)
      const limits = { deadlineMs: identifyMs, signal, onBug: bugAt(address) }
      const result = await attempt(limits, both => identify({ address, transport, now: deps.now }, both))
      if (result.kind !== 'failed') return result
      return { kind: result.code === 'local-shortage' || result.code === 'aborted' ? 'shortage' : 'unknown' }
    },
    perform: async (info, order, signal) => {
      const driver = driverById(info.driver)
      if (!driver) return noDriver
      const { command } = order
      const transport = transportTo(info.address)
      const asked = { driver, transport, command, signal, now: deps.now, observeMs: observeMs[command.kind] }
      return await commandMiner(asked).catch((error: unknown) => {
        deps.onBug(info.address, error)
        return fellOver
      })
    },
  }
}

const noDriver: Outcome = { kind: 'refused', code: 'no-driver', text: 'No driver is for this firmware.', observed: {} }

/** How far it came, nobody can tell [C2]. */
const fellOver: Outcome = {
  kind: 'unknown',
  code: 'bad-reply',
  text: 'The driver does not understand what the miner answered. It may have acted; look at the miner.',
  observed: {},
}

/** Tokens and logins of each miner are remembered, and nothing else of a transport; new credentials begin anew. */
function transports(deps: MinerIoDeps): (address: string) => Transport {
  let credentials = deps.credentials()
  const memories = new Map<string, TransportMemory>()
  return address => {
    const now = deps.credentials()
    if (now !== credentials) memories.clear()
    credentials = now
    const memory = memories.get(address) ?? createTransportMemory()
    memories.set(address, memory)
    return createTransport({
      address,
      ports: deps.portsOf(address),
      credentials,
      timeoutMs: requestMs,
      memory,
      ...(deps.localAddress === undefined ? {} : { localAddress: deps.localAddress }),
      ...(deps.maySend === undefined ? {} : { maySend: deps.maySend }),
    })
  }
}

interface Limits {
  readonly deadlineMs: number
  readonly signal: AbortSignal
  readonly onBug: (error: unknown) => void
}

/** Runs one conversation within a deadline. A deadline that passes is the miner's silence, not our breaking off. */
async function attempt<T>(
  { deadlineMs, signal, onBug }: Limits,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T | Extract<ReadResult, { kind: 'failed' }>> {
  const ending = new AbortController()
  const stop = () => ending.abort()
  let late = false
  const deadline = setTimeout(() => {
    late = true
    stop()
  }, deadlineMs)
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    return await run(ending.signal)
  } catch (error) {
    if (!(error instanceof MinerError)) {
      onBug(error)
      return { kind: 'failed', code: 'bad-reply' }
    }
    return { kind: 'failed', code: error.code === 'aborted' && late && !signal.aborted ? 'timeout' : error.code }
  } finally {
    clearTimeout(deadline)
    signal.removeEventListener('abort', stop)
  }
}

interface Asked {
  readonly address: string
  readonly transport: Transport
  readonly now: () => number
}

async function identify({ address, transport, now }: Asked, signal: AbortSignal): Promise<Identified> {
  const found = await recogniseMiner({ transport, signal })
  if (found.kind !== 'miner') return { kind: 'unknown' }
  const { driver } = found
  const reading = await readOrNull({ driver, transport, signal, now })
  if (reading) return { kind: 'miner', found: foundOf(driver, address, reading) }
  const { make, model, mac, serial } = await askMinerWho(driver, { transport, signal })
  return {
    kind: 'miner',
    found: { address, driver: driver.id, make, model, mac, serial, commands: commandsOf(driver), reading },
  }
}

async function readOrNull(options: Parameters<typeof readMiner>[0]): Promise<Reading | null> {
  try {
    return await readMiner(options)
  } catch (error) {
    if (!(error instanceof MinerError) || error.code === 'aborted' || error.code === 'local-shortage') throw error
    return null
  }
}

function foundOf(driver: Driver, address: string, reading: Reading): Found {
  const { make, model, mac, serial } = reading
  return { address, driver: driver.id, make, model, mac, serial, commands: commandsOf(driver), reading }
}
