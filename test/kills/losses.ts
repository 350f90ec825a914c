import { join } from 'node:path'
import { minerInfo, type CommandId, type MinerId } from '@headframe/protocol'
import { z } from 'zod'
import { actorRows, rowsOf } from '../harness/rows.ts'
import type { Asked } from './campaign.ts'

/** What two disks and the miners themselves have to agree on. Each list is empty when nothing was lost or doubled. */
export interface Losses {
  /** Taken by control and not in its journal, or there without one result [C1]. */
  readonly commandsLost: readonly string[]
  readonly commandsDoubled: readonly string[]
  /** Results that differ between relay and control. */
  readonly resultsDiffer: readonly string[]
  /** Miners that restarted more often than they were asked to, or less often than was told as seen [C2]. */
  readonly bootsDiffer: readonly string[]
  /** Ids that one side has and the other has not, or that are missing altogether. */
  readonly minersDiffer: readonly string[]
  readonly gaps: number
  readonly quarantined: number
}

export interface Campaigned {
  readonly dataDir: string
  readonly asked: ReadonlyMap<CommandId, Asked>
  readonly boots: { readonly before: ReadonlyMap<string, number>; readonly after: ReadonlyMap<string, number> }
  readonly miners: number
}

const replicaRow = z.object({ id: z.string(), state: z.string(), outcome: z.string().nullable() })
const journalRow = z.object({ id: z.string(), result: z.string().nullable() })
const resultText = z.object({ outcome: z.object({ kind: z.string() }) })

export function lookAtDisk(campaigned: Campaigned): {
  readonly outcomes: Record<string, number>
  readonly losses: Losses
} {
  const { dataDir, asked } = campaigned
  const replica = actorRows(dataDir, 'command').map(row => replicaRow.parse(row))
  const journal = new Map(
    rowsOf(join(dataDir, 'relay/site.db'), 'commands').map(row => {
      const { id, result } = journalRow.parse(row)
      return [id, result === null ? null : resultText.parse(JSON.parse(result)).outcome.kind]
    }),
  )
  const states = new Map(replica.map(({ id, state }) => [id, state]))
  const ended = (id: string) => replica.find(row => row.id === id)?.outcome != null
  const ids = [...asked.keys()]
  return {
    outcomes: countBy(replica.map(({ state }) => state)),
    losses: {
      commandsLost: ids.filter(id => !ended(id)),
      commandsDoubled: replica.length === states.size ? [] : ['ids are not unique'],
      resultsDiffer: ids.filter(id => journal.has(id) && journal.get(id) !== states.get(id)),
      bootsDiffer: bootsThatDiffer(campaigned, states),
      minersDiffer: minersThatDiffer(campaigned),
      gaps: actorRows(dataDir, 'gap').length,
      quarantined: actorRows(dataDir, 'quarantine').length,
    },
  }
}

const infoRow = z.object({ info: z.string() }).transform(({ info }) => minerInfo.parse(JSON.parse(info)))
const minersOf = (dataDir: string) => rowsOf(join(dataDir, 'relay/site.db'), 'miners').map(row => infoRow.parse(row))

function minersThatDiffer({ dataDir, miners }: Campaigned): string[] {
  const ours: readonly string[] = minersOf(dataDir).map(info => info.id)
  const theirs = actorRows(dataDir, 'miner').map(row => z.string().parse(row['id']))
  const missing = (from: readonly string[], others: ReadonlySet<string>) => from.filter(id => !others.has(id))
  const differ = [...missing(ours, new Set(theirs)), ...missing(theirs, new Set(ours))]
  const wrong = ours.length === miners && theirs.length === miners ? [] : [`${ours.length}/${theirs.length} miners`]
  return [...differ, ...wrong]
}

/** A miner restarts at most once for each reboot that may have acted, and at least once for each that was seen to. */
function bootsThatDiffer({ dataDir, asked, boots }: Campaigned, states: ReadonlyMap<string, string>): string[] {
  const reboots = new Map<MinerId, { may: number; must: number }>()
  for (const [id, { miner, kind }] of asked) {
    if (kind !== 'reboot') continue
    const count = reboots.get(miner) ?? { may: 0, must: 0 }
    reboots.set(miner, count)
    if (states.get(id) === 'done') count.must += 1
    if (['done', 'failed', 'unknown'].includes(states.get(id) ?? '')) count.may += 1
  }
  return minersOf(dataDir).flatMap(({ id, mac }) => {
    const key = mac?.toUpperCase() ?? ''
    const happened = (boots.after.get(key) ?? 0) - (boots.before.get(key) ?? 0)
    const { may, must } = reboots.get(id) ?? { may: 0, must: 0 }
    return happened >= must && happened <= may ? [] : [`${id}: ${happened} restarts, ${must} to ${may} asked`]
  })
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1
  return counts
}
