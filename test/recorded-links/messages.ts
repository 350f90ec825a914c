import { createReceiver, decodeDown, isJson, type DownMessage } from '@headframe/protocol'
import type { Recording, Step } from './recording.ts'

export type Chunk = Extract<Step, { kind: 'chunk' }>
export type ChunkAt = Chunk & { readonly atMs: number }

export const bytesOf = ({ bytes }: Chunk): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(bytes, 'base64'))

/** What one end sent, on all connections. */
export function chunksFrom({ steps }: Recording, from: Chunk['from']): ChunkAt[] {
  return steps.flatMap(({ atMs, step }) => (step.kind === 'chunk' && step.from === from ? [{ ...step, atMs }] : []))
}

/** What control said of old, with its time and connection. */
export function saidByControl(recorded: Recording) {
  const receivers = new Map<number, ReturnType<typeof createReceiver>>()
  return chunksFrom(recorded, 'control').flatMap(
    (chunk): { connection: number; atMs: number; message: DownMessage }[] => {
      const receiver = receivers.get(chunk.connection) ?? createReceiver()
      receivers.set(chunk.connection, receiver)
      const received = receiver.push(bytesOf(chunk))
      if (received.kind !== 'message' || !isJson(received.payload)) return []
      receiver.creditFor(received)
      const decoded = decodeDown(received.payload)
      if (!decoded.ok) throw new Error(`a recorded message of control is understood no more: ${decoded.error}`)
      return [{ connection: chunk.connection, atMs: chunk.atMs, message: decoded.message }]
    },
  )
}

/** The first connection on which control asked for something. */
export function busyConnection(recorded: Recording): number {
  const asked = saidByControl(recorded).find(({ message }) => message.type === 'command')
  if (!asked) throw new Error('a recording without a command')
  return asked.connection
}
