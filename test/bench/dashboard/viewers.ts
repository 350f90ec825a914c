// Opens many dashboards without screens, and notes when each has what. Run by the bench, told by its environment.
import { inflateRawSync } from 'node:zlib'
import {
  ackEvery,
  createFollower,
  decodeFrame,
  openPacked,
  paths,
  readCell,
  siteId,
  splitFrames,
  type FromDashboard,
} from '@headframe/protocol'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { markedCell } from '../../harness/large-mine.ts'

const told = z.object({ url: z.string(), site: siteId, cookies: z.array(z.string()), viewers: z.number() })
const { url, site, cookies, viewers } = told.parse(JSON.parse(process.env['HEADFRAME_VIEWERS'] ?? ''))

/** A live frame, and when each of the viewers had it; epoch ms. */
interface Shown {
  readonly at: number
  readonly mark: number | null
  readonly arrivedAt: number[]
}

let frames: Shown[] = []
let bytes = 0
const copiedAt: number[] = []
const closed: string[] = []
const startedAt = Date.now()

/** All get the same bytes: they are taken apart once. */
const follower = createFollower()
let last: { readonly message: Buffer; readonly shown: Shown } | null = null

function note(message: Buffer): void {
  const now = Date.now()
  if (last === null || !last.message.equals(message)) {
    const shown = { at: follow(message), mark: markNow(), arrivedAt: [] }
    last = { message, shown }
    frames.push(shown)
  }
  last.shown.arrivedAt.push(now)
}

const markNow = () => (follower.table ? readCell(follower.table, markedCell.column, markedCell.slot) : null)

/** Follows the cohort with the mark; when the message was made. */
function follow(message: Uint8Array): number {
  const opened = openPacked(message)
  const split = opened.ok ? splitFrames(inflateRawSync(opened.deflated)) : null
  if (!opened.ok || !split?.ok) throw new Error('no frames')
  let at = 0
  for (const part of split.frames) {
    const decoded = decodeFrame(part)
    if (!decoded.ok) throw new Error(decoded.error.text)
    at = Math.max(at, decoded.frame.header.at)
    if (decoded.frame.header.cohort !== markedCell.cohort) continue
    if (opened.kind === 'beat') follower.beat(decoded.frame)
    else follower.live(decoded.frame)
  }
  return at
}

const [beatKind, liveKind] = [1, 2]

interface Viewer {
  readonly socket: WebSocket
  received: number
  acked: number
  bytesSince: number
  whole: boolean
}

function open(cookie: string): Viewer {
  const socket = new WebSocket(url.replace('http', 'ws') + paths.socket(site), { headers: { cookie, origin: url } })
  const viewer: Viewer = { socket, received: 0, acked: 0, bytesSince: 0, whole: false }
  socket.on('message', (message: Buffer, isBinary: boolean) => {
    viewer.received++
    viewer.bytesSince += message.length
    bytes += message.length
    if (!isBinary) takeText(viewer, message)
    // What comes in a copy tells nothing of how long a change takes.
    else if (viewer.whole && (message[0] === liveKind || message[0] === beatKind)) note(message)
    else if (viewer === all[0] && message[0] !== 4) follow(message)
    const since = viewer.received - viewer.acked
    if (!viewer.whole || since >= ackEvery.messages || viewer.bytesSince >= ackEvery.bytes) acknowledge(viewer)
  })
  socket.on('close', (code, reason) => closed.push(`${code} ${reason.toString()}`))
  socket.on('error', error => closed.push(error.message))
  return viewer
}

function takeText(viewer: Viewer, message: Buffer): void {
  const head = message.toString('latin1', 0, 24)
  if (head.startsWith('{"type":"site"')) viewer.whole = false
  if (head.startsWith('{"type":"commands"') && !viewer.whole) {
    viewer.whole = true
    copiedAt.push(Date.now())
    if (copiedAt.length === viewers) tell({ ready: true, copiedMs: copiedAt.map(at => at - startedAt), bytes })
  }
}

function acknowledge(viewer: Viewer): void {
  viewer.acked = viewer.received
  viewer.bytesSince = 0
  send(viewer, { type: 'ack', received: viewer.received })
}

function send({ socket }: Viewer, message: FromDashboard): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

const all: Viewer[] = []
for (let index = 0; index < viewers; index++) all.push(open(cookies[index % cookies.length] ?? ''))
setInterval(() => {
  for (const viewer of all) if (viewer.acked < viewer.received) acknowledge(viewer)
}, ackEvery.ms)

const viewsTold = z.object({ relay: z.string(), columns: z.array(z.number()), rows: z.number(), spread: z.number() })

/** Each looks at a screen full, half of them at the first, the others anywhere in the first cohort. */
function lookAt(text: string): void {
  const { columns, rows, spread, relay } = viewsTold.parse(JSON.parse(text))
  all.forEach((viewer, index) => {
    const first = index % 2 === 0 ? 0 : (index * 37) % spread
    const slots = Array.from({ length: rows }, (_, row) => first + row)
    const view = { columns, rows: [{ cohort: markedCell.cohort, slots }] }
    viewer.socket.send(JSON.stringify({ type: 'view', relays: [{ relay, view }] }))
  })
}

process.stdin.setEncoding('utf8')
process.stdin.on('data', (text: string) => {
  for (const line of text.split('\n')) {
    if (line === 'figures') {
      tell({ figures: true, frames, bytes, closed })
      frames = []
      bytes = 0
    } else if (line !== '') lookAt(line)
  }
})

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
