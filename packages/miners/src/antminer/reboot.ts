import type { Command, Outcome } from '@headframe/protocol'
import { http } from '../ask.ts'
import { observeRestart } from '../commands/observe-restart.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue } from '../driver.ts'
import { notNegative } from '../reading/number.ts'
import { askStats } from './read.ts'
import { cgi } from './requests.ts'

export function* reboot(_: Extract<Command, { kind: 'reboot' }>, deps: CommandDeps): Dialogue<Outcome> {
  const uptimeBeforeS = yield* askUptime()
  const beforeAt = deps.now()
  const sentAt = deps.now()
  yield* write(http(cgi('reboot', { writes: true, timeoutMs: 10_000 })))
  return yield* observeRestart({ uptimeBeforeS, beforeAt, sentAt, uptime: askUptime }, deps)
}

function* askUptime(): Dialogue<number | null> {
  const { main } = yield* askStats()
  return notNegative(main['elapsed'] ?? main['Elapsed'])
}
