import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { lockData } from '../store/lock.ts'
import { StoreError } from '../store/store-error.ts'
import { BoxError } from './box-error.ts'

/** The checkout that this file is part of. */
export const root = join(import.meta.dirname, '../../../..')

/** What the dashboard and the control worker are built into. */
export const built = {
  dashboard: join(root, 'apps/dashboard/dist'),
  worker: join(root, 'apps/control-worker/dist/worker'),
}

const sources = ['apps/dashboard', 'apps/control-worker', 'packages/protocol', 'package-lock.json', 'wrangler.toml']
const stamp = join(root, 'node_modules/.cache/headframe/built')

/** Builds the dashboard and the worker, unless what is there was built from these very sources. One at a time builds. */
export async function build(say: (line: string) => void): Promise<void> {
  if (isFresh()) return
  writable.forEach(checkWritable)
  mkdirSync(dirname(stamp), { recursive: true })
  using _alone = await waitForLock(join(dirname(stamp), 'build.lock'))
  const wanted = fingerprint()
  if (isFresh()) return
  say('Building the dashboard and the control worker ...')
  await Promise.all(['dashboard', 'control-worker'].map(buildWorkspace))
  writeFileSync(stamp, wanted)
}

function isFresh(): boolean {
  const whole = existsSync(built.dashboard) && existsSync(built.worker)
  return whole && existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint()
}

/** Another start on this checkout builds; it takes seconds. */
async function waitForLock(path: string): Promise<Disposable> {
  for (;;) {
    try {
      return lockData(path)
    } catch (error) {
      if (!(error instanceof StoreError && error.code === 'busy')) throw error
      await sleep(200)
    }
  }
}

/** Where the build tools leave what they make. */
const writable = ['apps/dashboard', 'apps/control-worker', 'node_modules']

function checkWritable(name: string): void {
  const path = join(root, name)
  try {
    accessSync(path, constants.W_OK)
  } catch {
    throw new BoxError(`no permission to build in ${path}. Start once as the user that owns ${root}`)
  }
}

function buildWorkspace(name: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn('npm', ['run', '-s', 'build', '-w', `apps/${name}`], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
  })
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => said.push(String(chunk)))
  child.on('error', error => reject(new BoxError(`npm could not be run: ${error.message}`)))
  child.on('close', code => {
    if (code === 0) resolve()
    else reject(new BoxError(`building ${name} failed:\n${said.join('').trim().slice(-2000)}`))
  })
  return promise
}

/** Names, sizes and times of all source files: reading their bytes would take longer than building them. */
function fingerprint(): string {
  const hash = createHash('sha256')
  for (const source of sources) for (const line of describe(join(root, source))) hash.update(line)
  return hash.digest('hex')
}

function describe(path: string): string[] {
  if (!existsSync(path)) return []
  const stat = statSync(path)
  if (!stat.isDirectory()) return [`${path} ${stat.size} ${stat.mtimeMs}\n`]
  const inside = readdirSync(path).filter(name => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
  return inside.sort().flatMap(name => describe(join(path, name)))
}
