import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

type Row = Record<string, unknown>

/** All rows of a table of the one SiteActor that has any, from the files of a control, stopped or running. */
export function actorRows(dataDir: string, table: string): Row[] {
  return siteDatabases(dataDir).flatMap(path => rowsOf(path, table))
}

/** The database of each SiteActor. */
export function siteDatabases(dataDir: string): string[] {
  const actors = join(dataDir, 'control/do')
  const folder = readdirSync(actors).find(name => name.endsWith('SiteActor')) ?? ''
  const files = readdirSync(join(actors, folder)).filter(name => /^[0-9a-f]{64}\.sqlite$/.test(name))
  return files.map(file => join(actors, folder, file))
}

/** All rows of a table of a database on disk; none where there is no such table. */
export function rowsOf(path: string, table: string): Row[] {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 10_000 })
  try {
    const known = db.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?").get(table)
    return known ? db.prepare(`SELECT * FROM ${table}`).all() : []
  } finally {
    db.close()
  }
}
