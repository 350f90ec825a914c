import type { askCommands, CommandEntry } from '@headframe/protocol'
import type { GeneratedMiner } from './mine.ts'

/** What a command goes through before its outcome. */
export const commandSteps = [
  { afterMs: 400, state: 'sent' },
  { afterMs: 900, state: 'accepted' },
] as const
export const commandTakesMs = 3500

export function entriesOf(asked: ReturnType<typeof askCommands.parse>, askedAt: number): CommandEntry[] {
  const { command } = asked
  return asked.miners.map(({ id, miner }) => ({
    id,
    miner,
    command,
    askedAt,
    byName: 'Ada Nakamura',
    state: 'queued',
    outcome: null,
    endedAt: null,
  }))
}

/** Does what was asked of a generated miner; answers with the ended command. */
export function obey(miner: GeneratedMiner, entry: CommandEntry, now: number): CommandEntry {
  const done = { ...entry, state: 'done', endedAt: now } as const
  const { command } = entry
  if (command.kind === 'locate') {
    miner.info = { ...miner.info, faultLight: command.on }
    const text = `The light was seen ${command.on ? 'on' : 'off'}.`
    return { ...done, outcome: { kind: 'done', code: null, text, observed: { faultLight: command.on } } }
  }
  const observed = { uptimeBeforeS: Math.round((now - miner.startedAt) / 1000), uptimeAfterS: 12 }
  miner.startedAt = now - 12_000
  return {
    ...done,
    outcome: { kind: 'done', code: null, text: 'It restarted: its uptime began anew.', observed },
  }
}
