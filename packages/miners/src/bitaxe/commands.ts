import type { Command, Outcome } from '@headframe/protocol'
import { z } from 'zod'
import { askHttp, http, optional } from '../ask.ts'
import { observeRestart } from '../commands/observe-restart.ts'
import { done, failed, unknown } from '../commands/outcome.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue } from '../driver.ts'
import { notNegative } from '../reading/number.ts'
import { askInfo, post } from './requests.ts'

export function* reboot(_: Extract<Command, { kind: 'reboot' }>, deps: CommandDeps): Dialogue<Outcome> {
  const uptimeBeforeS = yield* optional(askUptime())
  return yield* restart(uptimeBeforeS, deps)
}

/** Restarts it once and watches its uptime. */
export function* restart(uptimeBeforeS: number | null, deps: CommandDeps): Dialogue<Outcome> {
  const sentAt = deps.now()
  yield* write(http(post('/api/system/restart')))
  return yield* observeRestart({ uptimeBeforeS, beforeAt: sentAt, sentAt, uptime: askUptime }, deps)
}

function* askUptime(): Dialogue<number | null> {
  return notNegative((yield* askInfo())['uptimeSeconds'])
}

/**
 * `identify` is a toggle that shows "Hi!" for 30 s, and its answer is the only thing that tells which way it went.
 * So it is pressed, the answer read, and pressed a second time when it went the wrong way.
 */
export function* locate(command: Extract<Command, { kind: 'locate' }>): Dialogue<Outcome> {
  for (const attempt of [1, 2]) {
    const pressed = yield* write(
      askHttp(post('/api/system/identify'), z.object({ message: z.string().max(256).optional() })),
    )
    if (pressed.kind === 'silent') return unknown('timeout', `It was sent, but not answered: ${pressed.why}.`)
    const shows = shownBy(pressed.reply.message)
    if (shows === null) return unknown('bad-reply', 'It was sent, but the answer does not tell whether it shows.')
    if (shows === command.on) return done(words(command.on), { shows, presses: attempt })
  }
  return failed('not-applied', 'It was pressed twice and went the wrong way both times.')
}

function shownBy(message: string | undefined): boolean | null {
  if (message === undefined) return null
  if (/no longer/i.test(message)) return false
  return /says/i.test(message) ? true : null
}

function words(on: boolean): string {
  return on ? 'Its screen says "Hi!" for 30 seconds.' : 'Its screen no longer says "Hi!".'
}
