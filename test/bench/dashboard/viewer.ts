import { ackEvery, paths, type FromDashboard, type SiteId } from '@headframe/protocol'
import { WebSocket } from 'ws'

/** A dashboard without a screen: it acknowledges as one does, and takes nothing apart. */
export interface Viewer {
  /** Its copy is complete. */
  readonly isWhole: () => boolean
  readonly send: (message: FromDashboard) => void
  /** Acknowledges what it did not yet. */
  readonly acknowledge: () => void
}

export interface ViewerEvents {
  readonly received: (viewer: Viewer, message: Buffer) => void
  readonly whole: () => void
  readonly closed: (why: string) => void
}

export function openViewer(
  place: { readonly url: string; readonly site: SiteId; readonly cookie: string },
  events: ViewerEvents,
): Viewer {
  const { url, site, cookie } = place
  const socket = new WebSocket(url.replace('http', 'ws') + paths.socket(site), { headers: { cookie, origin: url } })
  let [received, acked, bytes] = [0, 0, 0]
  let whole = false
  const viewer: Viewer = {
    isWhole: () => whole,
    send: message => {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
    },
    acknowledge: () => {
      if (acked === received) return
      ;[acked, bytes] = [received, 0]
      viewer.send({ type: 'ack', received })
    },
  }
  socket.on('message', (message: Buffer, isBinary: boolean) => {
    received++
    bytes += message.length
    events.received(viewer, message)
    if (!isBinary) {
      const head = message.toString('latin1', 0, 24)
      if (head.startsWith('{"type":"site"')) whole = false
      if (head.startsWith('{"type":"commands"') && whole !== (whole = true)) events.whole()
    }
    if (!whole || received - acked >= ackEvery.messages || bytes >= ackEvery.bytes) viewer.acknowledge()
  })
  socket.on('close', (code, reason) => events.closed(`${code} ${reason.toString()}`))
  socket.on('error', error => events.closed(error.message))
  return viewer
}
