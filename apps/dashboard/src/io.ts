import { createContext, useContext } from 'solid-js'
import type { Fetch } from './api/request.ts'
import type { LinkSocket } from './live/link.ts'

/** All of the world that the dashboard touches. Tests give their own. */
export interface Io {
  readonly fetch: Fetch
  readonly openSocket: (path: string) => LinkSocket
  readonly signedIn: () => Promise<boolean>
  readonly now: () => number
  readonly random: () => number
  readonly randomBytes: (bytes: Uint8Array) => Uint8Array
  /** Both return what cancels them. */
  readonly after: (delayMs: number, act: () => void) => () => void
  readonly every: (periodMs: number, act: () => void) => () => void
  readonly nextFrame: (act: () => void) => void
  /** When the network is back or the page is looked at again. */
  readonly onReturn: (act: () => void) => () => void
}

const IoContext = createContext<Io>()
export const IoProvider = IoContext.Provider

export function useIo(): Io {
  const io = useContext(IoContext)
  if (!io) throw new Error('no io around this component')
  return io
}
