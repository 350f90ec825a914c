// Opens many dashboards without screens, and notes when each has what. The bench forks it, and tells it what to do.
import { inflateRawSync } from 'node:zlib'
import { ackEvery, createFollower, decodeFrame, openPacked, readCell, splitFrames } from '@headframe/protocol'
import { markedCell } from '../../harness/large-mine.ts'
import { openViewer, type Viewer } from './viewer.ts'
import { toViewers, type FromViewers, type Shown, type ToViewers } from './viewer-messages.ts'

const viewers: Viewer[] = []
let shown: Shown[] = []
let bytes = 0
const closed: string[] = []
/** All get the same bytes: they are taken apart once. A slow viewer is some messages behind a quick one. */
let recent: { readonly message: Buffer; readonly shown: Shown }[] = []
const follower = createFollower()

process.on('message', (message: unknown) => obey(toViewers.parse(message)))

function obey(order: ToViewers): void {
  switch (order.kind) {
    case 'open':
      return openAll(order)
    case 'view':
      return viewers.forEach((viewer, index) => {
        const view = order.views[index % order.views.length]
        if (view) viewer.send({ type: 'view', relays: [{ relay: order.relay, view }] })
      })
    case 'figures':
      tell({ kind: 'figures', shown, bytes, closed })
      startOver()
  }
}

function startOver(): void {
  shown = []
  bytes = 0
}

function openAll({ url, site, cookies, viewers: count }: Extract<ToViewers, { kind: 'open' }>): void {
  const startedAt = Date.now()
  const copiedMs: number[] = []
  const whole = () => {
    copiedMs.push(Date.now() - startedAt)
    if (copiedMs.length < count) return
    tell({ kind: 'copied', copiedMs, bytes })
    startOver()
  }
  const place = { url, site }
  for (let index = 0; index < count; index++) {
    const cookie = cookies[index % cookies.length] ?? ''
    viewers.push(openViewer({ ...place, cookie }, { received: take, whole, closed: why => closed.push(why) }))
  }
  setInterval(() => viewers.forEach(viewer => viewer.acknowledge()), ackEvery.ms)
}

function take(viewer: Viewer, message: Buffer): void {
  bytes += message.length
  const opened = openPacked(message)
  if (!opened.ok || (opened.kind !== 'beat' && opened.kind !== 'live')) return
  if (viewer.isWhole()) note(message)
  else if (viewer === viewers[0]) follow(message)
}

function note(message: Buffer): void {
  const now = Date.now()
  let known = recent.find(each => each.message.equals(message))
  if (known === undefined) {
    const at = follow(message)
    known = { message, shown: { at, mark: markShown(), arrivedAt: [] } }
    recent = [known, ...recent.slice(0, 15)]
    shown.push(known.shown)
  }
  known.shown.arrivedAt.push(now)
}

const markShown = () => (follower.table ? readCell(follower.table, markedCell.column, markedCell.slot) : null)

/** Follows the cohort with the mark. When the message was made, epoch ms. */
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

function tell(message: FromViewers): void {
  process.send?.(message)
}
