import type { Core, CoreDeps } from '../core/core.ts'

/**
 * Tells the whole inventory at the start of a term: from now on it is this box that keeps it. Once for each term, however
 * often the box starts in it.
 */
export function announce({ fleet, writer }: Core, { stores, world }: CoreDeps, term: number): void {
  const { db, journal, lease } = stores
  if (lease.read().told === term) return
  const miners = fleet.inventory.all()
  writer.write(() => {
    const told = miners.map(miner => ({ type: 'miner' as const, miner }))
    journal.append([...told, { type: 'inventory', miners: miners.length }], world.now())
    db.prepare('UPDATE epoch SET announced = ?').run(journal.epoch())
    lease.told(term)
  })
}
