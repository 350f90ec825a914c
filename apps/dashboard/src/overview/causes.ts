import { columns, nullCode, problemCode, reachStates } from '@headframe/protocol'
import { allRows } from '../live/totals.ts'
import type { Fleet } from '../live/fleet.ts'
import { numberOf } from '../live/values.ts'
import { gravestProblem } from '../parts/gravest-problem.ts'
import { problemWords } from '../parts/problem-words.ts'

/** A reason why miners earn less than they could, with all the miners that have it. */
export interface Cause {
  readonly key: string
  readonly title: string
  readonly next: string
  readonly miners: number
  /** Expected less reported, over those miners where both are known; for silent ones all that was expected. */
  readonly lossHs: number
  /** False when the miners cannot be seen: then `lossHs` is what may be lost. */
  readonly seen: boolean
  /** Finds the same miners in the table. */
  readonly query: string
}

interface Group {
  miners: number
  lossHs: number
}

/**
 * What needs a person, largest loss first. A miner with several problems counts under the gravest alone, so that miners and
 * losses add up. Each line finds the same number of miners in the table.
 */
export function causesOf(fleet: Fleet): Cause[] {
  const groups = new Map<string, Group>()
  for (const row of allRows(fleet)) {
    const key = keyOf(fleet, row)
    if (key !== null) add(groups, key, lossAt(fleet, row))
  }
  const causes = [...groups].flatMap(([key, group]) => causeOf(fleet, key, group) ?? [])
  return causes.sort((a, b) => b.lossHs - a.lossHs || b.miners - a.miners || a.key.localeCompare(b.key))
}

function add(groups: Map<string, Group>, key: string, lossHs: number): void {
  const group = groups.get(key) ?? { miners: 0, lossHs: 0 }
  group.miners++
  group.lossHs += lossHs
  groups.set(key, group)
}

/** Name of the cause that a row falls under, if any. */
function keyOf(fleet: Fleet, row: number): string | null {
  const relay = fleet.relayOf(row)
  if (relay && relay.silentSince !== null) return `relay:${relay.id}`
  const state = fleet.stateAt(row)
  if (state === 'offline') return 'offline'
  const reach = reachStates[fleet.codes(columns.reach)[row] ?? nullCode]
  if (reach === 'unauthorized' || reach === 'garbled') return `reach:${reach}`
  const problem = gravestProblem(fleet.problemBitsAt(row))
  if (problem !== null) return `problem:${problem}`
  return state === 'fault' ? 'fault' : null
}

function lossAt(fleet: Fleet, row: number): number {
  const expected = numberOf(columns.expectedHashrateHs, fleet.codes(columns.expectedHashrateHs)[row] ?? nullCode)
  if (Number.isNaN(expected)) return 0
  const state = fleet.stateAt(row)
  if (state === 'offline' || state === 'unknown') return expected
  const reported = numberOf(columns.hashrateHs, fleet.codes(columns.hashrateHs)[row] ?? nullCode)
  return Number.isNaN(reported) ? 0 : Math.max(0, expected - reported)
}

function causeOf(fleet: Fleet, key: string, group: Group): Cause | null {
  const told = wordsOf(fleet, key)
  return told && { key, seen: !key.startsWith('relay:') && !key.startsWith('reach:'), ...told, ...group }
}

function wordsOf(fleet: Fleet, key: string): Pick<Cause, 'title' | 'next' | 'query'> | null {
  const [kind, name] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)]
  if (key === 'offline')
    return { title: 'Does not answer', next: 'Check power and network of these miners.', query: 'state:offline' }
  if (key === 'fault')
    return {
      title: 'Stopped with a fault',
      next: 'Open the miner for its own words.',
      query: 'state:fault -problem:any',
    }
  if (kind === 'relay') {
    const relay = fleet.relays.find(relay => relay.id === name)
    const next = 'Check the box of the relay and its line; its miners may well be hashing.'
    return relay ? { title: `Relay ${relay.name} is silent`, next, query: `relay:"${relay.name}"` } : null
  }
  if (key === 'reach:unauthorized')
    return {
      title: 'Password refused',
      next: 'Give the relay the password of these miners.',
      query: 'reach:unauthorized',
    }
  if (key === 'reach:garbled')
    return { title: 'Answers cannot be read', next: 'Restart, or report the firmware to us.', query: 'reach:garbled' }
  const code = problemCode.options.find(code => code === name)
  return code ? { ...problemWords[code], query: `cause:${code}` } : null
}
