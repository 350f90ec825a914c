/** What happens in a simulated world, in the order of its one true time. */
export interface Timeline {
  /** Ms since the world began. No machine knows it: each has clocks of its own. */
  readonly now: () => number
  /** What `run` throws, at once or later, is told to `owner`. */
  readonly after: (ms: number, run: Happening, owner: Owner) => void
  /** Lets the next thing happen, and all that follows from it at once. False when nothing is left. */
  readonly step: () => Promise<boolean>
  readonly steps: () => number
  /** Of the times of all steps: they hang on every latency and size, so two runs that differ anywhere soon differ here. */
  readonly fingerprint: () => number
}

type Happening = () => void | Promise<void>

/** The machine that something happens on. */
export interface Owner {
  /** False once it is gone: what was to happen there does not. */
  readonly alive: () => boolean
  readonly failed: (error: unknown) => void
  /** True time until when its machine is stopped, as by SIGSTOP: what was to happen there happens then. */
  readonly stoppedUntil?: () => number
}

interface Entry {
  readonly at: number
  readonly order: number
  readonly run: Happening
  readonly owner: Owner
}

export function createTimeline(): Timeline {
  const heap: Entry[] = []
  let now = 0
  let order = 0
  let steps = 0
  let fingerprint = 0x811c9dc5
  return {
    now: () => now,
    after: (ms, run, owner) => {
      order += 1
      push(heap, { at: now + Math.max(0, ms), order, run, owner })
    },
    step: async () => {
      const next = takeNext(heap)
      if (!next) return false
      now = next.at
      steps += 1
      fingerprint = Math.imul(fingerprint ^ Math.round(now * 1000), 0x01000193)
      await perform(next)
      return true
    },
    steps: () => steps,
    fingerprint: () => fingerprint >>> 0,
  }
}

function takeNext(heap: Entry[]): Entry | null {
  for (let next = pop(heap); next; next = pop(heap)) {
    const wakesAt = next.owner.stoppedUntil?.() ?? 0
    if (!next.owner.alive()) continue
    if (wakesAt <= next.at) return next
    push(heap, { ...next, at: wakesAt })
  }
  return null
}

/** Rejections that nobody handles: they end a real process too. */
const stray: unknown[] = []

/** To be called once for a process. */
export function collectRejections(): void {
  process.on('unhandledRejection', reason => stray.push(reason))
}

async function perform({ run, owner }: Entry): Promise<void> {
  try {
    const later = run()
    if (later) await later
  } catch (error) {
    owner.failed(error)
  }
  // Promises that were settled have had their say when an immediate runs, and so have rejections.
  await new Promise<void>(resolve => void setImmediate(resolve))
  for (const error of stray.splice(0)) owner.failed(error)
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order)

function push(heap: Entry[], entry: Entry): void {
  let index = heap.length
  heap.push(entry)
  while (index > 0) {
    const parent = (index - 1) >> 1
    const above = heap[parent]
    if (!above || !before(entry, above)) break
    heap[index] = above
    index = parent
  }
  heap[index] = entry
}

function pop(heap: Entry[]): Entry | undefined {
  const [first] = heap
  const last = heap.pop()
  if (!first || !last || heap.length === 0) return first
  let index = 0
  for (;;) {
    const child = smallerChild(heap, index)
    const below = heap[child]
    if (!below || !before(below, last)) break
    heap[index] = below
    index = child
  }
  heap[index] = last
  return first
}

function smallerChild(heap: readonly Entry[], index: number): number {
  const left = 2 * index + 1
  const [a, b] = [heap[left], heap[left + 1]]
  return a && b && before(b, a) ? left + 1 : left
}
