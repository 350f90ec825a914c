import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { filesToDelete, readSegmentName, type SegmentFile } from './retention.ts'

/** The files of captured messages, good and damaged. */
export interface SegmentFolder {
  path(name: string): string
  /** The readable ones. */
  newestFirst(): readonly SegmentFile[]
  add(name: string): void
  /** Moves a file that cannot be read out of the way, for a person to look at. */
  setAside(name: string, error: unknown): void
  /** Deletes the oldest until the rest takes no more than this. */
  retain(maxBytes: number): readonly SegmentFile[]
  bytes(): number
  /** Of all files, damaged ones too; 1 when there is none. */
  highestFirstSeq(): number
  damagedCount(): number
}

export function openSegmentFolder(dir: string, log: Logger): SegmentFolder {
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const path = (name: string) => join(dir, name)
  let files: SegmentFile[] = readdirSync(dir).flatMap(name => {
    const known = readSegmentName(name)
    return known === null ? [] : [{ name, ...known, bytes: sizeOf(path(name)) }]
  })
  const forget = (name: string) => {
    files = files.filter(file => file.name !== name)
  }
  const newestFirst = () =>
    files.filter(file => !file.damaged).toSorted((a, b) => b.firstSeq - a.firstSeq || (a.day < b.day ? 1 : -1))
  /** The newest is being written: its size is read anew. */
  const sized = () => {
    const newest = newestFirst()[0]?.name
    files = files.map(file => (file.name === newest ? { ...file, bytes: sizeOf(path(file.name)) } : file))
    return files
  }

  return {
    path,
    newestFirst,
    add(name) {
      const known = readSegmentName(name)
      if (known === null) throw new Error(`${name} is no name of a segment`)
      sized()
      files.push({ name, ...known, bytes: 0 })
    },
    setAside(name, error) {
      const bytes = sizeOf(path(name))
      setFileAside(path(name), error, log)
      const known = readSegmentName(`${name}.corrupt`)
      forget(name)
      if (known !== null) files.push({ name: `${name}.corrupt`, ...known, bytes })
    },
    retain(maxBytes) {
      const going = filesToDelete(sized(), maxBytes)
      for (const { name } of going) {
        for (const suffix of ['', '-wal', '-shm']) rmSync(path(name) + suffix, { force: true })
        forget(name)
      }
      return going
    },
    bytes: () => sized().reduce((sum, file) => sum + file.bytes, 0),
    highestFirstSeq: () => files.reduce((highest, file) => Math.max(highest, file.firstSeq), 1),
    damagedCount: () => files.filter(file => file.damaged).length,
  }
}

/** Says in one line that a file is of no more use, and keeps it for a person to look at. */
export function setFileAside(path: string, error: unknown, log: Logger): void {
  const aside = `${path}.corrupt`
  log.error(`${path} is damaged (${whyOf(error)}); it is kept as ${aside}, and the capture goes on without it`)
  if (existsSync(path)) renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
}

/** SQLITE_CORRUPT and SQLITE_NOTADB (sqlite.org/rescode.html): no other error says that the file itself is bad. */
export function isCorrupt(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false
  const primary = error.errcode & 0xff
  return primary === 11 || primary === 26
}

export function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function sizeOf(path: string): number {
  return ['', '-wal'].reduce((sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0), 0)
}
