// Runs on whatever Node the machine has (20 or newer): plain JavaScript, no dependency.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
/** Node 24, from the npm package `node`. */
export const node = join(root, 'node_modules/node/bin/node')

const stamp = join(root, 'node_modules/.headframe-installed')

/** `npm ci`, unless what is installed is already what the lock file asks for. No network call in that case. */
export function install() {
  if (!versionAtLeast(20)) fail(`Node ${process.versions.node} is too old. Install Node 20 or newer.`)
  const wanted = fingerprint()
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  process.stderr.write('Installing dependencies (about half a minute) ...\n')
  const done = spawnSync('npm', ['ci'], { cwd: root, stdio: ['ignore', 2, 2] })
  if (done.error?.code === 'ENOENT') fail('npm is not installed. Install npm, then try again.')
  if (done.status !== 0) fail('npm ci failed. Read the lines above, then try again.')
  writeFileSync(stamp, wanted)
}

/** Ends the process with one line. */
export function fail(line) {
  process.stderr.write(`headframe: ${line}\n`)
  process.exit(1)
}

function fingerprint() {
  const lock = readFileSync(join(root, 'package-lock.json'))
  return createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex')
}

function versionAtLeast(major) {
  return Number(process.versions.node.split('.')[0]) >= major
}
