import type { Socket } from 'node:net'
import type { Port } from './protocol.ts'
import type { Listening, World } from './world.ts'

/** A miner as the network sees it. */
export interface Host {
  /** Where it takes connections now; `null`: nowhere. */
  readonly reachableAt: string | null
  readonly openPorts: readonly Port[]
  serve(port: Port, socket: Socket): void
}

type FindHost = (address: string) => Host | null

/** How connections come to the miners of a site. */
export interface Network {
  open(find: FindHost): Promise<void>
  /** Call it when a host has come, gone or moved; resolves when the network has followed. */
  settle(host: Host): Promise<void>
  close(): Promise<void>
}

export interface Ground extends Pick<World, 'listen'> {
  readonly ports: Readonly<Record<Port, number>>
}

/** A listener for each address and port, so that an address without a miner refuses. */
export function listenerEach(ground: Ground): Network {
  const hosts = new Map<Host, OpenHost>()
  return {
    open: async () => {},
    settle: host => {
      const open = hosts.get(host) ?? { settled: Promise.resolve(), address: null, listeners: [] }
      hosts.set(host, open)
      // One change at a time, and each looks anew at what should be open.
      open.settled = open.settled.catch(() => {}).then(() => follow(host, open, ground))
      return open.settled
    },
    close: () => closeAll([...hosts.values()].flatMap(open => open.listeners)),
  }
}

interface OpenHost {
  settled: Promise<void>
  address: string | null
  listeners: readonly Listening[]
}

async function follow(host: Host, open: OpenHost, ground: Ground): Promise<void> {
  const address = host.reachableAt
  if (address === open.address) return
  const { listeners } = open
  Object.assign(open, { address: null, listeners: [] })
  await closeAll(listeners)
  if (address === null) return
  const places = host.openPorts.map(port => ({
    place: { address, port: ground.ports[port] },
    serve: (socket: Socket) => connect(host, port, socket),
  }))
  Object.assign(open, { listeners: await listenAll(ground, places), address })
}

const minerPorts = [80, 4028, 4433] as const

/**
 * One listener for each port, on all addresses: for sites with more miners than a process should have listeners.
 * The kernel completes a connection before we see it, so that an address without a miner cannot refuse: it resets.
 */
export function listenerForAll(ground: Ground): Network {
  let listeners: readonly Listening[] = []
  return {
    open: async find => {
      const places = minerPorts.map(port => ({
        place: { address: '0.0.0.0', port: ground.ports[port] },
        serve: (socket: Socket) => connect(find(socket.localAddress ?? ''), port, socket),
      }))
      listeners = await listenAll(ground, places)
    },
    settle: async () => {},
    close: () => closeAll(listeners),
  }
}

function connect(host: Host | null, port: Port, socket: Socket): void {
  const { localAddress = '' } = socket
  const isHere = host?.reachableAt === localAddress && localAddress.startsWith('127.')
  if (isHere && host.openPorts.includes(port)) host.serve(port, socket)
  else socket.on('error', () => {}).resetAndDestroy()
}

interface Opening {
  readonly place: { readonly address: string; readonly port: number }
  readonly serve: (socket: Socket) => void
}

async function listenAll(ground: Ground, openings: readonly Opening[]): Promise<readonly Listening[]> {
  const opened = await Promise.allSettled(openings.map(({ place, serve }) => ground.listen(place, serve)))
  const listeners = opened.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
  const refused = opened.find(each => each.status === 'rejected')
  if (refused === undefined) return listeners
  await closeAll(listeners)
  throw refused.reason
}

async function closeAll(listeners: readonly Listening[]): Promise<void> {
  await Promise.all(listeners.map(listener => listener.close()))
}
