// `npm run -s headframe -- <command>`: the command line of the relay, on Node 24 whatever the machine has.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { install, node, root } from './install.mjs'

install()
const headframe = join(root, 'apps/site-relay/src/headframe.ts')

if (process.versions.node.startsWith('24.')) {
  process.argv.splice(1, 1, headframe)
  await import(headframe)
} else {
  const done = spawnSync(node, [headframe, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exitCode = done.status ?? 1
}
