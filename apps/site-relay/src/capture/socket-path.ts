import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the capture process takes copies from the proxy, and where it answers. Makes their folder, which no other user may enter. */
export function captureSockets(dataDir: string): { readonly copies: string; readonly api: string } {
  return { copies: socketPath(dataDir, 'capture.sock'), api: socketPath(dataDir, 'capture-api.sock') }
}

/** A Unix socket's path has room for 108 bytes (unix(7)); a longer one gets a short stand-in, the same for all processes of this folder. */
const maxPathBytes = 100

function socketPath(dataDir: string, name: string): string {
  const dir = join(resolve(dataDir), 'run')
  const path = join(dir, name)
  if (Buffer.byteLength(path) <= maxPathBytes) {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    return path
  }
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 16)
  return join(privateTmp(), `${hash}.sock`)
}

/** Others may write to the temporary folder: what we use in it must be ours alone. */
function privateTmp(): string {
  const uid = process.getuid?.() ?? 0
  const dir = join(tmpdir(), `headframe-${uid}`)
  mkdirSync(dir, { recursive: true, mode: 0o700 })
  const stat = lstatSync(dir)
  if (!stat.isDirectory() || stat.uid !== uid || (stat.mode & 0o077) !== 0) {
    throw new Error(`${dir} is open to others; remove it, or use a data folder with a shorter path`)
  }
  return dir
}
