import type { Socket } from 'node:net'
import type { Direction } from '@headframe/protocol'
import type { Clock } from '../capture/clock.ts'
import type { Copied } from './outbox.ts'

export interface PumpDeps {
  readonly clock: Clock
  /** Told of each read after it was written to the other side, in order. */
  readonly onCopied: (copied: Copied) => void
}

export interface Pump {
  /** Hands on the copies of what was read and never reached the other side. */
  finish(): void
}

/**
 * Moves the bytes of one direction, unchanged and in order [P1]. A side that does not read stops the other's reading;
 * what waits in between is what the two sockets buffer.
 */
export function pump(ends: { from: Socket; to: Socket; direction: Direction }, deps: PumpDeps): Pump {
  const { from, to, direction } = ends
  const { clock, onCopied } = deps
  const written: Omit<Copied, 'forwardedUs'>[] = []

  const settle = (forwardedUs: number | null) => {
    const copied = written.shift()
    if (copied !== undefined) onCopied({ ...copied, forwardedUs })
  }
  const finish = () => {
    while (written.length > 0) settle(null)
  }
  const onWritten = (error?: Error | null) => settle(error || to.destroyed ? null : clock.monotonicUs())

  from.on('data', (bytes: Buffer) => {
    const receivedUs = clock.monotonicUs()
    if (to.writable && !to.write(bytes, onWritten)) from.pause()
    written.push({ direction, bytes, receivedAt: clock.wallMs(), receivedUs })
    if (!to.writable) finish()
  })
  to.on('drain', () => from.resume())
  return { finish }
}
