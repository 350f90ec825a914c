import { calls } from './api/calls.ts'
import { request } from './api/request.ts'
import type { Io } from './io.ts'

/** The real world: this page's origin and the browser's clocks. */
export function createBrowserIo(): Io {
  const fetch: Io['fetch'] = (path, init) => window.fetch(path, init)
  return {
    fetch,
    openSocket: path => {
      const url = new URL(path, location.href)
      url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
      return new WebSocket(url)
    },
    signedIn: () => isSignedIn(fetch),
    now: () => Date.now(),
    random: () => Math.random(),
    randomBytes: bytes => crypto.getRandomValues(new Uint8Array(bytes.length)),
    after: (delayMs, act) => {
      const timer = setTimeout(act, delayMs)
      return () => clearTimeout(timer)
    },
    every: (periodMs, act) => {
      const timer = setInterval(act, periodMs)
      return () => clearInterval(timer)
    },
    nextFrame: act => void requestAnimationFrame(act),
    onReturn,
  }
}

/** True unless control says no: a control that cannot be reached has not signed anyone out. */
export async function isSignedIn(fetch: Io['fetch']): Promise<boolean> {
  try {
    return (await request(calls.installation(), fetch)).signedIn
  } catch {
    return true
  }
}

function onReturn(act: () => void): () => void {
  const whenVisible = () => (document.visibilityState === 'visible' ? act() : undefined)
  window.addEventListener('online', act)
  document.addEventListener('visibilitychange', whenVisible)
  return () => {
    window.removeEventListener('online', act)
    document.removeEventListener('visibilitychange', whenVisible)
  }
}
