export type AlarmName = 'handshake' | 'silence' | 'stall' | 'ttl' | 'history'

/** Named due times over the one alarm that an actor has. */
export interface Alarms {
  /** Due at `at` or earlier: one that is set stays when it is the earlier. What it wakes looks at the clock anyway. */
  set(name: AlarmName, at: number): void
  /** Names that are due now. They are gone then, and the alarm is set for the rest. */
  take(now: number): AlarmName[]
  /** Sets the actor's alarm if it was lost. Once, on waking. */
  check(): Promise<void>
}

interface AlarmRow extends Record<string, SqlStorageValue> {
  readonly name: AlarmName
  readonly at: number
}

export const alarmMigration = ['CREATE TABLE alarm (name TEXT PRIMARY KEY, at INTEGER NOT NULL)']

export function createAlarms(storage: DurableObjectStorage): Alarms {
  const rows = () => storage.sql.exec<AlarmRow>('SELECT name, at FROM alarm ORDER BY at').toArray()
  const known = new Map(rows().map(row => [row.name, row.at]))
  const arm = () => {
    // Storage orders this write before what is sent next; there is nothing to wait for.
    if (known.size > 0) void storage.setAlarm(Math.min(...known.values()))
  }

  return {
    set(name, at) {
      if ((known.get(name) ?? Infinity) <= at) return
      const first = Math.min(...known.values())
      known.set(name, at)
      storage.sql.exec('INSERT OR REPLACE INTO alarm (name, at) VALUES (?, ?)', name, at)
      if (at < first) arm()
    },
    take(now) {
      const due = [...known].filter(([, at]) => at <= now).map(([name]) => name)
      for (const name of due) known.delete(name)
      storage.sql.exec('DELETE FROM alarm WHERE at <= ?', now)
      arm()
      return due
    },
    async check() {
      if (known.size > 0 && (await storage.getAlarm()) === null) arm()
    },
  }
}
