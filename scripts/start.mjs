// `npm start`: installs what is missing, then hands over to `headframe start` on Node 24.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { install, node, root } from './install.mjs'

install()
const headframe = join(root, 'apps/site-relay/src/headframe.ts')
const child = spawn(node, [headframe, 'start', ...process.argv.slice(2)], { stdio: 'inherit' })
// A Ctrl-C reaches both of us; only the one below ends things, and we end with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)))
