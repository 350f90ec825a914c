// `npm start`: installs what is missing, then hands over to `headframe start` on Node 24.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { install, node, root } from './install.mjs'

const lookEveryMs = 100

endWithNpm()
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

/**
 * npm runs us under a shell, which lives on when npm is killed. Nobody could end us with Ctrl-C any more then, and the
 * next start would find us running: so we end as if asked to.
 */
function endWithNpm() {
  if (process.env['npm_lifecycle_event'] !== 'start') return
  const shell = process.ppid
  // Some shells put the command in their place: then npm itself is above us.
  const isShell = proc(shell, 'cmdline').split('\0')[1] === '-c'
  const above = () => (isShell ? parentOf(shell) : process.ppid)
  const npm = above()
  const look = setInterval(() => {
    if (above() === npm) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, lookEveryMs)
  look.unref()
}

/** The fourth field of /proc/<pid>/stat (proc(5)), behind a name in brackets. */
function parentOf(pid) {
  return proc(pid, 'stat').split(') ').pop()?.split(' ')[1]
}

function proc(pid, file) {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}
