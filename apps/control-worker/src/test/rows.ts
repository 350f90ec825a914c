import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import type { SiteId } from '@headframe/protocol'
import { readSeat } from '../site/seat.ts'

export const siteStub = (site: SiteId) => env.SITE.getByName(`site:${site}`)

/** Rows written, or read, by every statement from here on; told and reset by calling what it returns. */
export async function countRows(site: SiteId, what: 'rowsWritten' | 'rowsRead' = 'rowsWritten'): Promise<() => number> {
  let cursors: Pick<SqlStorageCursor<Record<string, SqlStorageValue>>, typeof what>[] = []
  await runInDurableObject(siteStub(site), (_actor, state) => {
    const { sql } = state.storage
    const original: SqlStorage['exec'] = Reflect.get(sql, 'exec')
    const counting = new Proxy(original, {
      apply(exec, _self, given) {
        const cursor: SqlStorageCursor<Record<string, SqlStorageValue>> = Reflect.apply(exec, sql, given)
        cursors.push(cursor)
        return cursor
      },
    })
    sql.exec = counting
  })
  return () => {
    // What is read is known only once it was.
    const counted = cursors.reduce((sum, cursor) => sum + cursor[what], 0)
    cursors = []
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
