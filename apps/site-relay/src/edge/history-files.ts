import {
  close,
  closeSync,
  constants,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { HistoryError, type HistoryFiles } from '../history/files.ts'

/**
 * History in a folder of this machine. Writes are in the kernel when they return, so that a killed relay loses nothing
 * of them, and on the disk a moment later: the sync of each runs beside us, since a slow disk would stop the polls. A
 * loss of power takes the last minutes at most.
 */
export function openHistoryFiles(dir: string): HistoryFiles {
  const path = (name: string) => join(dir, name)
  return {
    list: () => told(dir, () => listIn(dir)),
    read: (name, from, bytes) => told(name, () => readPart(path(name), from, bytes)),
    write: (name, from, bytes) => told(name, () => writeAt(path(name), from, bytes)),
    cut: (name, bytes) => told(name, () => cutTo(path(name), bytes)),
    rename: (name, to) => told(name, () => renameSync(path(name), path(to))),
    remove: name => told(name, () => removeFile(path(name))),
    freeBytes: () => told(dir, () => freeIn(dir)),
  }
}

function told<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (cause) {
    const said = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const isFull = said === 'ENOSPC' || said === 'EDQUOT'
    throw new HistoryError(isFull ? 'full' : 'unwritable', `${name}: ${isFull ? 'the disk is full' : said}`, { cause })
  }
}

const makeFolder = (dir: string) => mkdirSync(dir, { recursive: true, mode: 0o700 })

function listIn(dir: string) {
  makeFolder(dir)
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => {
      const file = join(entry.parentPath, entry.name)
      return { name: relative(dir, file), bytes: statSync(file).size }
    })
}

function readPart(path: string, from: number, bytes: number): Uint8Array {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(bytes)
    let read = 0
    for (let more = -1; read < bytes && more !== 0; read += more)
      more = readSync(fd, buffer, read, bytes - read, from + read)
    return buffer.subarray(0, read)
  } finally {
    closeSync(fd)
  }
}

function writeAt(path: string, from: number, bytes: Uint8Array): void {
  makeFolder(dirname(path))
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT, 0o600)
  try {
    for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, from + done)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  // A disk that fails here fails the next write too, which says so.
  fdatasync(fd, () => close(fd, () => {}))
}

function cutTo(path: string, bytes: number): void {
  const fd = openSync(path, 'r+')
  try {
    ftruncateSync(fd, bytes)
  } finally {
    closeSync(fd)
  }
}

/** With its day, once that is empty. */
function removeFile(path: string): void {
  unlinkSync(path)
  const day = dirname(path)
  if (readdirSync(day).length === 0) rmdirSync(day)
}

function freeIn(dir: string): number {
  makeFolder(dir)
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}
