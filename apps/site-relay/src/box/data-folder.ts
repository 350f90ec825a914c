import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { BoxError } from './box-error.ts'

/** Below this much free space nothing is started: SQLite needs room to recover. */
const leastFreeBytes = 64 * 1024 * 1024

const installation = z.object({ product: z.literal('headframe'), id: z.uuid(), format: z.literal(1) })

/** Folders of one installation, made when missing. */
export interface DataFolder {
  readonly id: string
  readonly relay: string
  readonly control: string
  readonly run: string
  readonly log: string
}

/** Opens the data and keys folders, and refuses what is not ours, not whole, not writable or full. */
export function openDataFolder(dataDir: string, keysDir: string): DataFolder {
  const folder = {
    relay: join(dataDir, 'relay'),
    control: join(dataDir, 'control'),
    run: join(dataDir, 'run'),
    log: join(dataDir, 'log'),
  }
  makeWritable(dataDir, 0o700)
  makeWritable(keysDir, 0o700)
  for (const path of Object.values(folder)) makeWritable(path, 0o700)
  checkSpace(dataDir)
  const id = claim(dataDir, keysDir)
  checkKeys(folder.relay, keysDir)
  return { id, ...folder }
}

function makeWritable(path: string, mode: number): void {
  const probe = join(path, `.probe-${process.pid}`)
  try {
    mkdirSync(path, { recursive: true, mode })
    writeFileSync(probe, new Uint8Array(4096))
    rmSync(probe)
  } catch (error) {
    throw new BoxError(`cannot write to ${path}: ${whyNot(error)}`)
  }
}

function whyNot(error: unknown): string {
  const code = z.object({ code: z.string() }).safeParse(error).data?.code
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return 'no permission. Give this user the right to write there, or choose another folder with --data'
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'the disk is full. Free some space, then start again; nothing was lost'
  if (code === 'ENOTDIR' || code === 'EEXIST') return 'there is a file in its place. Choose another folder with --data'
  return code ?? String(error)
}

function checkSpace(dataDir: string): void {
  const disk = statfsSync(dataDir)
  const freeBytes = disk.bavail * disk.bsize
  if (freeBytes >= leastFreeBytes) return
  throw new BoxError(
    `the disk of ${dataDir} is full: ${Math.round(freeBytes / 2 ** 20)} MB free, 64 MB needed. Free some space, then start again; nothing was lost`,
  )
}

/** Data and keys carry the same id. What is found with another id, or with none, belongs to somebody else. */
function claim(dataDir: string, keysDir: string): string {
  const data = readClaim(dataDir)
  const keys = readClaim(keysDir)
  // Killed in the middle of the very first start: there is no key yet, and nothing that they could open.
  const isUnfinished = keys !== undefined && readdirSync(keysDir).length === 1
  if (data === undefined && (keys === undefined || isUnfinished)) return claimFresh(dataDir, keysDir)
  if (data === undefined)
    throw new BoxError(
      `${keysDir} has the keys of an installation whose data is not in ${dataDir}. Put the data back, or choose another folder with --data`,
    )
  if (keys === undefined)
    throw new BoxError(
      `${dataDir} has data, but its keys are not in ${keysDir}. Put them back, or say where they are with --keys`,
    )
  if (data !== keys)
    throw new BoxError(
      `${dataDir} is the data of another installation than the keys in ${keysDir}. Choose another folder with --data`,
    )
  return data
}

/** The relay makes its keys before its database. A key that is gone is not made anew: controls would see a stranger. */
function checkKeys(relayDir: string, keysDir: string): void {
  if (!existsSync(join(relayDir, 'site.db'))) return
  const missing = ['relay.key', 'vault.key'].map(name => join(keysDir, name)).find(path => !existsSync(path))
  if (missing !== undefined) throw new BoxError(`${missing} is missing. Restore it from a backup; nothing was touched`)
}

function claimFresh(dataDir: string, keysDir: string): string {
  const ours = new Set(['relay', 'control', 'run', 'log', 'installation.json.new'])
  const strange = readdirSync(dataDir).find(name => !ours.has(name))
  if (strange !== undefined)
    throw new BoxError(`${dataDir} holds other files (${strange}). Choose an empty folder with --data`)
  const id = randomUUID()
  const text = `${JSON.stringify({ product: 'headframe', id, format: 1 })}\n`
  for (const dir of [keysDir, dataDir]) writeWhole(join(dir, 'installation.json'), text)
  return id
}

/** All of it or nothing, whenever we are killed. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
}

function readClaim(dir: string): string | undefined {
  const path = join(dir, 'installation.json')
  if (!existsSync(path)) return undefined
  const claimed = installation.safeParse(parseJson(readFileSync(path, 'utf8')))
  if (!claimed.success) throw new BoxError(`${path} is damaged. Restore it from a backup; nothing else was touched`)
  return claimed.data.id
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
