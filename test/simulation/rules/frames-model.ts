import {
  columns,
  copyTable,
  createFollower,
  createLeader,
  createTable,
  decodeFrame,
  relayId,
  resizeTable,
  sameTable,
  writeCell,
  type Cursor,
  type Frame,
  type LiveTable,
} from '@headframe/protocol'
import type { Chance } from '../world/chance.ts'

const relay = relayId.parse('relay_SIMULATED00001')
const name = { relay, epoch: 7, cohort: 3 }
const startMs = 1_790_000_000_000

/** Either way round: the one may have shorter columns. */
const isSame = (a: LiveTable, b: LiveTable) => sameTable(a, b) && sameTable(b, a)

/**
 * One leader and one follower, with frames that are lost, come twice or come late, and acknowledgements that are lost or
 * of something else. Whatever happens, a follower shows a table that the leader had, and after a beat that one [S3].
 */
export function tryFrames(chance: Chance, violated: (rule: string, text: string) => void): void {
  const leader = createLeader(name)
  const follower = createFollower()
  let table: LiveTable = createTable(chance.between(1, 20))
  const late: { readonly kind: 'beat' | 'live'; readonly frame: Frame; readonly of: LiveTable }[] = []
  let connected = true

  function change(): void {
    if (chance.yes(0.1)) {
      table = resizeTable(table, table.slots + 1)
      writeCell(table, { column: columns.chipTempC, slot: table.slots - 1, value: chance.between(0, 100) })
    }
    for (let cells = chance.between(0, 4); cells > 0; cells -= 1) {
      const column = chance.pick([columns.chipTempC, columns.hashrateHs, columns.observedAt, columns.accepted])
      const value = chance.pick([null, chance.between(0, 100), startMs + chance.between(0, 9) * 60_000])
      writeCell(table, { column, slot: chance.between(0, table.slots - 1), value })
    }
  }

  function deliver(kind: 'beat' | 'live', frame: Frame, of: LiveTable): void {
    const before = follower.table && copyTable(follower.table)
    const followed = follower[kind](frame)
    if (followed === 'applied') {
      if (!follower.table || !isSame(follower.table, of)) violated('S3', `a ${kind} leads to another table`)
    } else if (before && follower.table && !sameTable(before, follower.table)) {
      violated('S2', `a ${kind} that is ${followed} changed something`)
    }
    if (followed === 'need-keyframe') {
      if (kind === 'live') violated('S3', 'a live frame asks for a keyframe')
      leader.restart()
    }
  }

  function make(kind: 'beat' | 'live'): void {
    const waits = leader.waiting
    const bytes = leader[kind](table, startMs)
    if (kind === 'beat' && (bytes === null) !== waits) violated('S3', 'a beat is made while one waits, or none is')
    if (bytes === null) return
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) return violated('X2', decoded.error.text)
    const made = { kind, frame: decoded.frame, of: copyTable(table) }
    if (connected) deliver(kind, decoded.frame, made.of)
    if (chance.yes(0.2)) late.push(made)
  }

  function acknowledge(): void {
    const { cursor } = follower
    const waits = leader.waiting
    const other: Cursor = { epoch: 7, seq: 9999 }
    leader.acked(other)
    if (leader.waiting !== waits) violated('S1', 'an acknowledgement of something else is taken')
    if (cursor) leader.acked(cursor)
  }

  const steps = [change, change, () => make('beat'), () => make('live'), () => make('live'), acknowledge] as const
  for (let step = 0; step < 120; step += 1) {
    chance.pick(steps)()
    const again = chance.yes(0.1) ? late.shift() : undefined
    // What comes late belongs to a base that may be gone, or is there again.
    if (again?.kind === 'beat') deliver('beat', again.frame, again.of)
    if (chance.yes(0.08)) {
      connected = !connected
      if (connected) leader.resume(follower.cursor ?? { epoch: 0, seq: 0 })
    }
  }
  connected = true
  leader.resume(follower.cursor ?? { epoch: 0, seq: 0 })
  change()
  make('beat')
  if (follower.table && !isSame(follower.table, table)) violated('S5', 'a beat after all does not lead to the table')
  acknowledge()
  if (leader.waiting) violated('S1', 'an acknowledgement is not taken')
  change()
  make('live')
  if (follower.table && !isSame(follower.table, table)) violated('S5', 'a live frame after all does not')
  trySnapshot(follower, violated)
  trySteady(violated)
}

/** A minute in which every miner was polled once more, and told nothing new, costs next to nothing. */
function trySteady(violated: (rule: string, text: string) => void): void {
  const leader = createLeader(name)
  const table = createTable(500)
  const poll = (minute: number) => {
    // The first was seen only once.
    for (let slot = Math.min(minute, 1); slot < table.slots; slot += 1)
      writeCell(table, { column: columns.observedAt, slot, value: startMs + minute * 60_000 + (slot % 59) * 1000 })
  }
  poll(0)
  leader.beat(table, startMs)
  leader.acked({ epoch: name.epoch, seq: 1 })
  poll(1)
  const bytes = leader.beat(table, startMs + 60_000)?.length ?? 0
  if (bytes > 200) violated('S7', `a beat that says nothing new has ${bytes} bytes`)
}

/** Frames of a follower bring another to where it is. */
function trySnapshot(
  follower: ReturnType<typeof createFollower>,
  violated: (rule: string, text: string) => void,
): void {
  const snapshot = follower.snapshot()
  const other = createFollower()
  for (const [kind, bytes] of [
    ['beat', snapshot?.beat],
    ['live', snapshot?.live],
  ] as const) {
    const decoded = bytes ? decodeFrame(bytes) : null
    if (decoded?.ok) other[kind](decoded.frame)
  }
  if (follower.table && (!other.table || !isSame(follower.table, other.table)))
    violated('S5', 'a copy of a follower shows another table')
}
