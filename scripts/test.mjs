// `npm test`: installs what is missing (Chromium too), builds, and runs every test but the long ones.
// `npm run test:long`: the soak, kill and scale tests.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fail, install, node, root } from './install.mjs'

install()
const chromium = '/usr/bin/chromium'
if (!existsSync(chromium)) installChromium()

const long = process.argv.includes('--long')
const rest = process.argv.slice(2).filter(word => word !== '--long')
run(['apps/site-relay/src/headframe.ts', 'build'])
run([
  'node_modules/vitest/vitest.mjs',
  'run',
  ...(long ? ['--project', 'long', '--passWithNoTests'] : ['--project', '!long']),
  ...rest,
])

function run(words) {
  const done = spawnSync(node, words, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

function installChromium() {
  const root = process.getuid?.() === 0
  const apt = spawnSync('apt-get', ['--version']).status === 0
  if (!root || !apt)
    fail('the browser tests need Chromium at /usr/bin/chromium. Install it: sudo apt-get install chromium')
  process.stderr.write('Installing Chromium (Debian package) ...\n')
  const quiet = { stdio: ['ignore', 'ignore', 2], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }
  spawnSync('apt-get', ['update'], quiet)
  spawnSync('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'], quiet)
  if (!existsSync(chromium))
    fail('Chromium could not be installed. Install the Debian package chromium, then try again.')
}
