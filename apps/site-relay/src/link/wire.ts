/** A WebSocket as a dialler needs it, so that it can be one of a simulation. */
export interface Wire {
  /** @param sent called once the network has taken the chunk */
  readonly send: (chunk: Uint8Array<ArrayBuffer>, sent: () => void) => void
  readonly isOpen: () => boolean
  /** Handed to it, and not taken by the network yet. */
  readonly bufferedBytes: () => number
  readonly ping: () => void
  readonly close: (code: number, reason: string) => void
  /** Without a word to the far end. */
  readonly terminate: () => void
}

export interface WireEvents {
  readonly opened: () => void
  readonly chunk: (bytes: Uint8Array<ArrayBuffer>) => void
  /** A ping was answered. */
  readonly pong: () => void
  /** Told before `closed`. */
  readonly failed: (text: string) => void
  /** Once, at the very end. */
  readonly closed: (code: number, reason: string) => void
}

export type OpenWire = (url: URL, events: WireEvents) => Wire
