import { interrupted } from '../command/outcomes.ts'
import type { CoreDeps } from '../core/core.ts'
import type { Writer } from '../store/writer.ts'

/**
 * A box that stands by runs nothing: what it was asked while it acted, and has no result of, is unknown now [C1] [S8]. False
 * when the disk takes nothing: to be tried again.
 */
export function endCommands({
  stores: { commands, journal },
  world,
  write,
}: Pick<CoreDeps, 'stores' | 'world'> & { readonly write: Writer['write'] }): boolean {
  return commands.open().every(({ order, begunAt }) => {
    const result = { id: order.id, miner: order.miner, outcome: interrupted, startedAt: begunAt, endedAt: world.now() }
    return write(() => {
      commands.end(result)
      journal.append([{ type: 'result', result }], result.endedAt)
    })
  })
}
