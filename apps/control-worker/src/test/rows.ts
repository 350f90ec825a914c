import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { SiteId } from '@headframe/protocol'
import { readSeat } from '../site/seat.ts'

export const siteStub = (site: SiteId) => env.SITE.getByName(`site:${site}`)

/** Rows written by every statement from here on; read and reset by calling what it returns. */
export async function countRows(site: SiteId): Promise<() => number> {
  let written = 0
  await runInDurableObject(siteStub(site), (_actor, state) => {
    const { sql } = state.storage
    const original: SqlStorage['exec'] = Reflect.get(sql, 'exec')
    const counting = new Proxy(original, {
      apply(exec, _self, given) {
        const cursor: SqlStorageCursor<Record<string, SqlStorageValue>> = Reflect.apply(exec, sql, given)
        written += cursor.rowsWritten
        return cursor
      },
    })
    sql.exec = counting
  })
  return () => {
    const counted = written
    written = 0
    return counted
  }
}

export function rowsOf(site: SiteId, query: string): Promise<unknown[]> {
  return runInDurableObject(siteStub(site), (_actor, state) => state.storage.sql.exec(query).toArray())
}

/** Waits until control has heard all that its dashboards acknowledged, and how many owe nothing is as wanted. */
export async function untilAcknowledged(site: SiteId, count: number): Promise<void> {
  const idle = () =>
    runInDurableObject(siteStub(site), (_actor, state) => {
      const seats = state.getWebSockets('dashboard').map(readSeat)
      return seats.filter(seat => seat?.kind === 'dashboard' && seat.sent === seat.acked).length
    })
  while ((await idle()) !== count) await Promise.resolve()
}
