/** Statements of one version of an actor's tables. Append only: each adds, costs O(1), and leaves the release before it working. */
export type Migration = readonly string[]

/**
 * Brings an actor's tables up to date while it wakes. One that fails is undone and told, and the actor goes on:
 * what does not need the new table still answers.
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly Migration[]): void {
  storage.sql.exec('CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY, at INTEGER NOT NULL)')
  const row = storage.sql.exec<{ version: number | null }>('SELECT max(version) AS version FROM migration').one()
  const done = row.version ?? 0
  try {
    storage.transactionSync(() => {
      for (const [index, statements] of migrations.entries()) {
        if (index >= done) apply(storage, index + 1, statements)
      }
    })
  } catch (error) {
    // oxlint-disable-next-line no-console -- the log of a worker
    console.error('migration failed', { from: done, error: String(error) })
  }
}

function apply(storage: DurableObjectStorage, version: number, statements: Migration): void {
  for (const statement of statements) storage.sql.exec(statement)
  storage.sql.exec('INSERT INTO migration (version, at) VALUES (?, ?)', version, Date.now())
}
