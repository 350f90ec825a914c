import type { Command, CommandState } from '@headframe/protocol'
import { countText, uptimeText } from '../parts/amount.ts'

export function commandText(command: Command): string {
  switch (command.kind) {
    case 'reboot':
      return 'Reboot'
    case 'locate':
      return command.on ? 'Blink' : 'Stop blinking'
    case 'setPools':
      return `Set ${command.pools.length === 1 ? 'the pool' : `${command.pools.length} pools`}`
  }
}

/** Where a command is, in words. */
export const commandStateWords: Readonly<Record<CommandState, string>> = {
  queued: 'Waiting for the relay',
  sent: 'Sent to the relay',
  accepted: 'The relay is at it',
  done: 'Done',
  refused: 'Refused, nothing was sent',
  unsupported: 'The firmware lacks it',
  failed: 'Failed',
  unknown: 'Outcome unknown',
  expired: 'Expired before it began',
}

/** On the way to an outcome, in order. */
export const steps = ['queued', 'sent', 'accepted'] as const

/** A piece of evidence in words: `uptimeBeforeS: 86400` is `uptime before: 1 d 0 h`. */
export function evidenceText(name: string, value: string | number | boolean | null): string {
  const seconds = /[a-z]S$/.test(name)
  const words = name
    .replace(/S$/, seconds ? '' : 'S')
    .replaceAll(/([A-Z])/g, ' $1')
    .toLowerCase()
  return `${words}: ${valueText(value, seconds)}`
}

function valueText(value: string | number | boolean | null, seconds: boolean): string {
  if (value === null) return 'unknown'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  return seconds ? uptimeText(value * 1000) : countText(value)
}
