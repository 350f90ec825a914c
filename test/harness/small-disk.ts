import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** A disk of some megabytes that can be filled to its last byte. */
export interface SmallDisk {
  readonly path: string
  fill(): void
  free(): void
  [Symbol.dispose](): void
}

/** Mounts one in a folder; null where that is not allowed, on a machine where the tests do not run as root. */
export function mountSmallDisk(path: string, megabytes: number): SmallDisk | null {
  mkdirSync(path)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', path])
  if (mounted.status !== 0) return null
  const ballast = join(path, 'ballast')
  return {
    path,
    fill: () => fill(ballast),
    free: () => rmSync(ballast),
    [Symbol.dispose]: () => void spawnSync('umount', ['-l', path]),
  }
}

function fill(path: string): void {
  const file = openSync(path, 'a')
  try {
    for (let size = 1 << 20; size >= 1; size = size >> 1) writeUntilFull(file, Buffer.alloc(size))
  } finally {
    closeSync(file)
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    while (writeSync(file, bytes) === bytes.length);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  }
}
