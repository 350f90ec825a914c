import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'
import { commandId, controlId, minerId, relayId } from '@headframe/protocol'
import { z } from 'zod'

/** What one end of a link sent, as the bytes of one WebSocket message, or that a connection was opened or ended. */
const step = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('open'), connection: z.number().int() }),
  z.object({
    kind: z.literal('chunk'),
    connection: z.number().int(),
    from: z.enum(['relay', 'control']),
    bytes: z.base64(),
  }),
  z.object({ kind: z.literal('end'), connection: z.number().int() }),
])
export type Step = z.infer<typeof step>

/** Each step with its time, ms since the first: replays give it to both ends as their clock. */
const timedStep = z.object({ atMs: z.number().int().min(0), step })
export type TimedStep = z.infer<typeof timedStep>

/** A link of a release, from enrolment to its end, with what both sides held afterwards. */
const recording = z.object({
  release: z.string(),
  /** Epoch ms of the first step. */
  startedAt: z.number().int(),
  control: controlId,
  relay: relayId,
  publicKey: z.string(),
  instance: z.string(),
  steps: z.array(timedStep),
  /** At the end, at both: ids of miners, and each command with its state. */
  miners: z.array(minerId),
  commands: z.array(z.object({ id: commandId, miner: minerId, kind: z.string(), state: z.string() })),
})
export type Recording = z.infer<typeof recording>

export function readRecording(path: string): Recording {
  return recording.parse(JSON.parse(gunzipSync(readFileSync(path)).toString()))
}

export function writeRecording(path: string, recorded: Recording): void {
  writeFileSync(path, gzipSync(JSON.stringify(recording.parse(recorded)), { level: 9 }))
}
