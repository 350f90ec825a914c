import type { MinerPool, Outcome, PoolSetting } from '@headframe/protocol'

/** A slot as it is written: with its password, which never leaves a driver. */
export type PoolRow = { readonly url: string; readonly user: string; readonly pass: string }

/**
 * The rows to write. A pool keeps the password that the machine has for the same url and user, else gets `x`:
 * a pool that wants a password is not asked for one here, and most take anything.
 */
export function withPasswords(wanted: readonly PoolSetting[], found: readonly PoolRow[]): readonly PoolRow[] {
  return wanted.map(({ url, user }, slot) => {
    const same = (row: PoolRow | undefined) => row !== undefined && row.url === url && row.user === user
    const own = same(found[slot]) ? found[slot] : found.find(same)
    return { url, user, pass: own?.pass ?? 'x' }
  })
}

/** Fills up with empty rows: firmware with three slots wants three. */
export function threeRows(rows: readonly PoolRow[]): readonly PoolRow[] {
  return [...rows, ...Array.from({ length: Math.max(0, 3 - rows.length) }, () => ({ url: '', user: '', pass: '' }))]
}

type Slot = Pick<MinerPool, 'url' | 'user'>

/** The same pools in the same order, empty slots aside. */
export function samePools(wanted: readonly PoolSetting[], found: readonly Slot[]): boolean {
  const filled = found.filter(slot => slot.url !== null && slot.url !== '')
  return (
    filled.length === wanted.length &&
    wanted.every((pool, slot) => filled[slot]?.url === pool.url && (filled[slot]?.user ?? '') === pool.user)
  )
}

/** Evidence: the list as read back. */
export function poolsObserved(found: readonly Slot[]): Outcome['observed'] {
  const filled = found.filter(slot => slot.url !== null && slot.url !== '')
  return Object.fromEntries(
    filled.flatMap((slot, index) => [
      [`pool${index}Url`, slot.url],
      [`pool${index}User`, slot.user],
    ]),
  )
}
