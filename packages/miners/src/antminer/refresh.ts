import type { Reading } from '@headframe/protocol'
import type { Dialogue, Draft } from '../driver.ts'
import { badChipProblems } from './problems.ts'
import { askPools, askPower, askStats, isResting, partsOf, withoutLiquidFans } from './read.ts'
import { badChipsRpc } from './rpc-stats.ts'
import { badChips } from './web-stats.ts'

/** Two requests instead of five to seven: the statistics and the pools. Health list, warning and light wait for the whole reading. */
export function* refresh(before: Reading): Dialogue<Partial<Draft> | null> {
  const stats = yield* askStats()
  if (stats.state !== 'told' || isResting(stats)) return null
  const told = partsOf(stats, before)
  // What it mines is asked of its configuration, where the rate does not tell.
  if ((told.hashrateHs ?? 0) <= 0 || before.mining !== 'running') return null
  const powerW = told.powerW ?? (before.powerW === null ? null : yield* askPower(before.model))
  return {
    ...told,
    powerW,
    powerSource: powerW === null ? null : 'reported',
    nameplateHashrateHs: told.nameplateHashrateHs ?? before.nameplateHashrateHs,
    mining: before.mining,
    fans: withoutLiquidFans(told.fans ?? [], before.fans.length),
    pools: [...(yield* askPools())],
    problems: [...badChipProblems([...badChips(stats.main), ...badChipsRpc(stats.main)])],
  }
}
