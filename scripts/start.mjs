// `npm start`: installs what is missing, then hands over to `headframe start` on Node 24.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { install, node, root } from './install.mjs'

install()
const headframe = join(root, 'apps/site-relay/src/headframe.ts')
const words = ['start', ...process.argv.slice(2)]

if (process.versions.node.startsWith('24.')) {
  process.argv.splice(1, Infinity, headframe, ...words)
  await import(headframe)
} else {
  // The channel tells the other side when we are killed; it ends everything then.
  const child = spawn(node, [headframe, ...words], { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  // A Ctrl-C reaches both of us; only the one below ends things, and we end with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 1)))
}
