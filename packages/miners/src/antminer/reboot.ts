import type { Command, Outcome } from '@headframe/protocol'
import { http, optional } from '../ask.ts'
import { observeRestart } from '../commands/observe-restart.ts'
import { write } from '../commands/write.ts'
import type { CommandDeps, Dialogue } from '../driver.ts'
import { notNegative } from '../reading/number.ts'
import { MinerError } from '../miner-error.ts'
import { askStats } from './read.ts'
import { cgi } from './requests.ts'

export function* reboot(_: Extract<Command, { kind: 'reboot' }>, deps: CommandDeps): Dialogue<Outcome> {
  // A machine that tells nothing is the one that wants a reboot most.
  const uptimeBeforeS = yield* optional(askUptime())
  const beforeAt = deps.now()
  const sentAt = deps.now()
  yield* write(http(cgi('reboot', { writes: true, timeoutMs: 10_000 })))
  return yield* observeRestart({ uptimeBeforeS, beforeAt, sentAt, uptime: askUptime }, deps)
}

function* askUptime(): Dialogue<number | null> {
  const { main, state } = yield* askStats()
  if (state === 'starting') throw new MinerError('not-ready', 'the mining process is not up yet')
  return notNegative(main['elapsed'] ?? main['Elapsed'])
}
