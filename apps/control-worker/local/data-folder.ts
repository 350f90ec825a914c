import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { FrontError, reasonOf } from './front-error.ts'

/** As in wrangler.toml. With a class name it names the folder of its data: renamed, all data would be orphaned. */
export const workerName = 'headframe-control'
const actorClasses = ['Directory', 'OrgActor', 'SiteActor'] as const

/** Makes the folder, and refuses one that is of something else or damaged. Nothing is changed in it. */
export function openDataFolder(data: string): void {
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new FrontError(`cannot write to ${data}: ${reasonOf(error)}`)
  }
  const actors = join(data, 'do')
  if (!existsSync(actors)) return
  const folders = readdirSync(actors)
  checkNames(actors, folders)
  for (const folder of folders) for (const file of databasesIn(join(actors, folder))) checkDatabase(file)
}

const ours: readonly string[] = actorClasses.map(name => `${workerName}-${name}`)

function checkNames(actors: string, folders: readonly string[]): void {
  const strange = folders.find(name => !ours.includes(name))
  if (strange !== undefined) {
    throw new FrontError(`${actors} holds ${strange}, which is none of ours. Was a folder renamed? Nothing was touched`)
  }
  const missing = folders.length > 0 ? ours.find(name => !folders.includes(name)) : undefined
  if (missing !== undefined) {
    throw new FrontError(`${actors} lacks ${missing}. Restore it from a backup; nothing was touched`)
  }
}

const databasesIn = (folder: string) =>
  readdirSync(folder)
    .filter(name => name.endsWith('.sqlite'))
    .map(name => join(folder, name))

/** SQLite's own check of pages and order; without the rows of indexes, which would take long. */
function checkDatabase(file: string): void {
  const found = quickCheck(file)
  if (found === 'ok') return
  throw new FrontError(`${file} is damaged (${found}). Restore it from a backup; nothing was touched`)
}

function quickCheck(file: string): string {
  try {
    const database = new DatabaseSync(file, { readOnly: true })
    const row = database.prepare('PRAGMA quick_check(1)').get()
    database.close()
    return String(row?.['quick_check'])
  } catch (error) {
    return reasonOf(error)
  }
}
