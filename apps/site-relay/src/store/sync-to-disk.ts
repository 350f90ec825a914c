import { closeSync, fsyncSync, openSync } from 'node:fs'

/** What a file holds, or which files a folder has, is on disk when this returns. */
export function syncToDisk(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
