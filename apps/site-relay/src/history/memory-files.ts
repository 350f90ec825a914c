import { HistoryError, type HistoryFiles } from './files.ts'

/** History in memory, for tests and simulations: a disk that can be looked at, filled, and torn. */
export interface MemoryFiles extends HistoryFiles {
  /** The files as they are. A crash in the middle of a write is a shorter file. */
  readonly files: Map<string, Uint8Array>
  /** Room on this disk. What does not fit is written in part, as on a real one. */
  capacityBytes: number
}

export function createMemoryFiles(files: Map<string, Uint8Array> = new Map()): MemoryFiles {
  const used = () => [...files.values()].reduce((sum, file) => sum + file.length, 0)
  const fileOf = (name: string) => {
    const file = files.get(name)
    if (!file) throw new HistoryError('unwritable', `${name}: no such file`)
    return file
  }
  const disk: MemoryFiles = {
    files,
    capacityBytes: Infinity,
    list: () => [...files].map(([name, { length }]) => ({ name, bytes: length })),
    read: (name, from, bytes) => fileOf(name).slice(from, from + bytes),
    write: (name, from, bytes) => {
      const before = files.get(name) ?? new Uint8Array()
      const room = Math.max(0, disk.capacityBytes - used() + before.length - from)
      const fitting = bytes.subarray(0, Math.min(bytes.length, room))
      const file = new Uint8Array(Math.max(before.length, from + fitting.length))
      file.set(before)
      file.set(fitting, from)
      files.set(name, file)
      if (fitting.length < bytes.length) throw new HistoryError('full', `${name}: the disk is full`)
    },
    cut: (name, bytes) => {
      files.set(name, fileOf(name).slice(0, bytes))
    },
    rename: (name, to) => {
      const file = fileOf(name)
      files.delete(name)
      files.set(to, file)
    },
    remove: name => {
      fileOf(name)
      files.delete(name)
    },
    freeBytes: () => Math.max(0, disk.capacityBytes - used()),
  }
  return disk
}
