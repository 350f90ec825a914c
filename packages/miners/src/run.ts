import type { Command, Outcome, Reading } from '@headframe/protocol'
import { outcomeOfError, unsupported } from './commands/outcome.ts'
import type { CommandDeps, Dialogue, Driver, Request, Transport } from './driver.ts'
import { endsAll, MinerError, type MinerErrorCode } from './miner-error.ts'
import { patient } from './patience.ts'
import { carriedFrom, goesOn, withSerials } from './reading/carried.ts'
import { finishReading } from './reading/finish.ts'

export type ReadOptions = {
  readonly driver: Driver
  readonly transport: Transport
  readonly signal: AbortSignal
  /** Epoch ms. */
  readonly now: () => number
}

/** Polls one miner once. Rejects with `MinerError`. */
export async function readMiner({ driver, transport, signal, now }: ReadOptions): Promise<Reading> {
  const notes: string[] = []
  const draft = await converse(driver.read(), { transport: patient(transport), signal, note: text => notes.push(text) })
  return finishReading(draft, { driver: driver.id, at: now(), notes })
}

/**
 * Polls one miner with fewer requests than `readMiner`, and takes what seldom changes from a whole reading of some
 * minutes ago. `null` where only a whole reading will do: anything is wrong, new, or not plainly the same machine.
 */
export async function refreshMiner(options: ReadOptions & { readonly before: Reading }): Promise<Reading | null> {
  const { driver, transport, signal, now, before } = options
  if (!driver.refresh || before.problems.length > 0 || before.driver !== driver.id) return null
  const notes: string[] = []
  const conversation = { transport: patient(transport), signal, note: (text: string) => notes.push(text) }
  const draft = await converse(orNull(driver.refresh(before)), conversation)
  if (draft === null || notes.length > 0) return null
  const hashboards = withSerials(draft.hashboards ?? [], before)
  const whole = { ...carriedFrom(before), ...draft, hashboards }
  const reading = finishReading(whole, { driver: driver.id, at: now(), notes })
  return goesOn(reading, before) ? reading : null
}

/** A miner that is silent or out of reach for the short reading is so for the whole one. */
function* orNull<T>(dialogue: Dialogue<T>): Dialogue<T | null> {
  try {
    return yield* dialogue
  } catch (error) {
    if (error instanceof MinerError && !endsAll(error) && !silences.has(error.code)) return null
    throw error
  }
}

const silences: ReadonlySet<MinerErrorCode> = new Set(['timeout', 'refused', 'unreachable'])

export type CommandOptions = ReadOptions & {
  readonly command: Command
  /** How long the effect may be waited for. */
  readonly observeMs: number
}

/** Carries out one command and says what came of it. Never rejects over a miner's fault, never sends a write twice [C2]. */
export async function commandMiner(options: CommandOptions): Promise<Outcome> {
  const { driver, transport, signal, now, command, observeMs } = options
  const dialogue = begin(driver, command, { now, observeMs })
  if (dialogue === null) return unsupported(`${driver.name} cannot do this.`)
  let acted = 0
  const watched = watchWrites(transport, () => (acted += 1))
  try {
    return await converse(dialogue, { transport: watched, signal, note: () => {} })
  } catch (error) {
    // A refusal takes back the last write, and no other.
    if (error instanceof MinerError) return outcomeOfError(error, acted > (error.refusal ? 1 : 0))
    throw error
  }
}

function begin(driver: Driver, command: Command, deps: CommandDeps): Dialogue<Outcome> | null {
  switch (command.kind) {
    case 'reboot':
      return driver.commands.reboot?.(command, deps) ?? null
    case 'locate':
      return driver.commands.locate?.(command, deps) ?? null
    case 'setPools':
      return driver.commands.setPools?.(command, deps) ?? null
  }
}

/** Tells when a write may have reached the miner. */
function watchWrites(transport: Transport, acted: () => void): Transport {
  return {
    async request(request, signal) {
      if (!('writes' in request && request.writes)) return await transport.request(request, signal)
      try {
        const reply = await transport.request(request, signal)
        acted()
        return reply
      } catch (error) {
        if (!(error instanceof MinerError) || error.sent) acted()
        throw error
      }
    },
  }
}

type Conversation = {
  readonly transport: Transport
  readonly signal: AbortSignal
  readonly note: (text: string) => void
}

/** Runs a dialogue: each request it yields is sent, its reply or failure handed back. */
export async function converse<T>(dialogue: Dialogue<T>, conversation: Conversation): Promise<T> {
  let step = dialogue.next()
  while (!step.done) {
    const answer = await settle(step.value, conversation)
    step = answer.ok ? dialogue.next(answer.reply) : dialogue.throw(answer.error)
  }
  return step.value
}

type Settled = { readonly ok: true; readonly reply: unknown } | { readonly ok: false; readonly error: unknown }

async function settle(request: Request, { transport, signal, note }: Conversation): Promise<Settled> {
  if (request.kind === 'note') {
    note(request.text)
    return { ok: true, reply: undefined }
  }
  if (signal.aborted) return { ok: false, error: new MinerError('aborted', 'it was broken off', { sent: false }) }
  try {
    return { ok: true, reply: await transport.request(request, signal) }
  } catch (error) {
    return { ok: false, error }
  }
}
