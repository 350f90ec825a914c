import {
  chunksOf,
  createReceiver,
  createSender,
  decodeUp,
  encodeMessage,
  initialCreditBytes,
  isCredit,
  lanes,
  maxChunkBytes,
  maxMessageBytes,
  type Lane,
  type Sender,
} from '@headframe/protocol'
import type { Chance } from '../world/chance.ts'

/**
 * One direction of a link by itself, driven to its limits: all lanes full, a socket that blocks, a reader that is slow.
 * What comes out has to be what went in [S3], within what was granted [S7], the most urgent first.
 */
export function tryLink(chance: Chance, violated: (rule: string, text: string) => void): void {
  const wire: Uint8Array<ArrayBuffer>[] = []
  let open = true
  const back: { lane: Lane; bytes: number }[] = []
  const sender: Sender = createSender({ write: chunk => wire.push(chunk), ready: () => open, queueLimitBytes })
  const receiver = createReceiver()
  const sent = new Map<Lane, Uint8Array[]>(lanes.map(lane => [lane, []]))
  const unhandled = new Map<Lane, number>(lanes.map(lane => [lane, 0]))
  let granted = 0

  /** One message goes in, or is refused for a reason. */
  function send(): void {
    const lane = chance.pick(lanes)
    const size = chance.pick([1, 2, 100, 20_000, maxChunkBytes, maxChunkBytes + 1, maxMessageBytes])
    const payload = new Uint8Array(size)
    payload[size - 1] = chance.between(1, 255)
    // Not `{`: that would be JSON.
    payload[0] = 1
    const before = sender.queued(lane)
    const taken = sender.send(lane, payload)
    const full = before > 0 && before + size > queueLimitBytes
    if (taken === full) violated('S7', `${lane}: ${before} queued, ${size} more ${taken ? 'taken' : 'refused'}`)
    if (taken) sent.get(lane)?.push(payload)
  }

  function receive(): void {
    const chunk = wire.shift()
    if (!chunk) return
    if (chunk.length > maxChunkBytes + 1) violated('S7', `a chunk of ${chunk.length} bytes`)
    const received = receiver.push(chunk)
    if (received.kind === 'error') return violated('S7', `a sender is refused: ${received.close}`)
    if (received.kind !== 'message') return
    const { lane, payload } = received
    if (isCredit(lane, payload)) {
      const decoded = decodeUp(payload)
      if (decoded.ok && decoded.message.type === 'credit') granted -= decoded.message.bytes
      return
    }
    const expected = sent.get(lane)?.shift()
    if (!expected || Buffer.compare(expected, payload) !== 0) violated('S3', `${lane}: another message than was sent`)
    const bytes = receiver.creditFor(received)
    const owed = (unhandled.get(lane) ?? 0) + payload.length - bytes
    unhandled.set(lane, owed)
    if (bytes > 0 && bytes <= initialCreditBytes[lane] - maxMessageBytes)
      violated('S7', `${lane}: grants ${bytes} bytes`)
    if (owed < 0 || owed > initialCreditBytes[lane] - maxMessageBytes) violated('S7', `${lane}: keeps ${owed} bytes`)
    if (bytes > 0) back.push({ lane, bytes })
  }

  function grant(): void {
    const next = back.shift()
    if (next) sender.grant(next.lane, next.bytes)
  }

  for (let step = 0; step < 150; step += 1) {
    chance.pick([send, send, receive, receive, grant])()
    if (chance.yes(0.05)) {
      granted += 5
      sender.sendCredit(chance.pick(lanes), 5)
    }
    if (chance.yes(0.1)) {
      open = !open
      if (open) sender.pump()
    }
  }
  open = true
  sender.pump()
  for (let step = 0; step < 2000 && (wire.length > 0 || back.length > 0); step += 1) {
    receive()
    grant()
  }
  for (const lane of lanes) {
    if (sender.queued(lane) !== 0) violated('S7', `${lane}: ${sender.queued(lane)} bytes never leave`)
    if (sent.get(lane)?.length !== 0) violated('S3', `${lane}: ${sent.get(lane)?.length} messages never arrive`)
  }
  if (granted !== 0) violated('S7', `${granted} bytes of credit never arrive`)
  tryUrgency(violated)
}

const queueLimitBytes = 512 * 1024

/** What is urgent waits for one chunk at most, and a lane without credit holds up no other. */
function tryUrgency(violated: (rule: string, text: string) => void): void {
  const wire: number[] = []
  let room = 0
  const ready = () => room > 0
  const write = (chunk: Uint8Array) => {
    room -= 1
    wire.push((chunk[0] ?? 0) & 0x3f)
  }
  const sender = createSender({ write, ready, queueLimitBytes })
  sender.send('bulk', new Uint8Array(3 * maxChunkBytes).fill(1))
  room = 1
  sender.pump()
  for (const lane of ['live', 'events', 'control'] as const) sender.send(lane, new Uint8Array(10).fill(1))
  room = 10
  sender.pump()
  if (wire.join() !== '4,0,1,2,4,4') violated('S7', `lanes leave as ${wire.join()}`)
  for (let filled = 0; filled < 2; filled += 1) sender.send('bulk', new Uint8Array(200 * 1024).fill(1))
  room = 100
  sender.pump()
  const before = wire.length
  sender.send('control', new Uint8Array(10).fill(1))
  if (wire.length !== before + 1) violated('S7', 'a lane without credit holds up another')
  if (sender.queued('bulk') === 0) violated('S7', 'more was sent than was granted')
}

/** A sender that does not keep to the rules is refused, and nothing it sent counts [X2]. */
export function tryStrangers(violated: (rule: string, text: string) => void): void {
  const chunk = (flags: number, size: number) => {
    const bytes = new Uint8Array(1 + size).fill(1)
    bytes[0] = flags
    return bytes
  }
  const [first, last] = [0x40, 0x80]
  const full = chunk(4 | first, maxChunkBytes)
  const more = chunk(4, maxChunkBytes)
  const largest = new Uint8Array(maxMessageBytes).fill(1)
  const most = Array.from({ length: initialCreditBytes.control / maxMessageBytes }, () =>
    chunksOf('control', largest),
  ).flat()
  const credit = grantChunk(encodeMessage({ type: 'credit', lane: 'live', bytes: 7 }))
  const cases: readonly (readonly [what: string, chunks: readonly Uint8Array[], verdict: string])[] = [
    ['no lane', [chunk(9 | first | last, 5)], 'badMessage'],
    ['an empty chunk', [chunk(first | last, 0)], 'badMessage'],
    ['a chunk that is too large', [chunk(first | last, maxChunkBytes + 1)], 'badMessage'],
    ['a middle without a start', [chunk(last, 5)], 'lostState'],
    ['two starts', [full, full], 'badMessage'],
    ['a short chunk that is not the last', [chunk(first, 5)], 'badMessage'],
    ['a message that is too large', [full, more, more, more, chunk(4 | last, 1)], 'badMessage'],
    ['more than was granted', Array.from({ length: 5 }, () => chunk(4 | first | last, maxChunkBytes)), 'outOfCredit'],
    ['as much as was granted', Array.from({ length: 4 }, () => chunk(4 | first | last, maxChunkBytes)), 'message'],
    ['the largest message', [full, more, more, chunk(4 | last, maxChunkBytes)], 'message'],
    ['the largest message, cut up', chunksOf('bulk', largest), 'message'],
    ['a grant after all that was granted', [...most, credit], 'message'],
    ['a chunk of one byte', [chunk(first | last, 1)], 'message'],
  ]
  for (const [what, chunks, verdict] of cases) {
    const receiver = createReceiver()
    const answers = chunks.map(each => receiver.push(each))
    const said = answers.at(-1)
    const is = said?.kind === 'error' ? said.close : (said?.kind ?? '')
    if (is !== verdict) violated('X2', `${what}: ${is} instead of ${verdict}`)
    if (answers.slice(0, -1).some(answer => answer.kind === 'error')) violated('X2', `${what}: refused too early`)
  }
  const grant = encodeMessage({ type: 'credit', lane: 'live', bytes: 7 })
  const receiver = createReceiver()
  for (let grants = 0; grants < 8000; grants += 1) {
    const received = receiver.push(credit)
    const due = received.kind === 'message' ? receiver.creditFor(received) : -1
    if (due !== 0) return violated('S7', `a grant costs ${due} bytes of credit`)
  }
  for (const size of [0, maxMessageBytes + 1]) {
    if (doesNotThrow(() => chunksOf('bulk', new Uint8Array(size))))
      violated('X2', `a message of ${size} bytes is cut up`)
  }
  if (!isCredit('control', grant) || isCredit('live', grant)) violated('S7', 'a grant is not known as one')
}

function grantChunk(credit: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(1 + credit.length)
  chunk[0] = 0xc0
  chunk.set(credit, 1)
  return chunk
}

function doesNotThrow(run: () => unknown): boolean {
  try {
    run()
    return true
  } catch {
    return false
  }
}
