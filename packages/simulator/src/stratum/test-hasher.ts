import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { onTestFinished } from 'vitest'
import { createHashQueue } from './hash-queue.ts'
import type { HashQueue, HashTask } from './hash-queue.ts'
import { startHasher } from './hasher.ts'
import type { Hasher, HasherOptions, HasherState } from './hasher.ts'

export interface Watched extends Hasher {
  until(isSo: (state: HasherState) => boolean): Promise<HasherState>
}

/** A hasher that finds a share every 2 ms, tries again at once, and can be waited for. */
export function hasherAt(
  pools: readonly { readonly url: string }[],
  options: Partial<HasherOptions> = {},
  queue?: HashQueue,
): Watched {
  const waiting = new Set<() => void>()
  const hasher = startHasher(
    {
      pools: pools.map(({ url }) => ({ url, user: 'account.rig', password: 'x' })),
      agent: 'bmminer/2.0.0',
      seed: 7,
      sharesPerMinute: 30_000,
      retryMs: 2,
      returnMs: 5,
      onChange: () => {
        for (const wake of waiting) wake()
      },
      ...options,
    },
    { now: () => 1_700_000_000_000, queue: queue ?? createHashQueue() },
  )
  onTestFinished(() => hasher.stop())
  return {
    ...bound(hasher),
    until: isSo =>
      new Promise(resolve => {
        const wake = (): void => {
          const state = hasher.state()
          if (!isSo(state)) return
          waiting.delete(wake)
          resolve(state)
        }
        waiting.add(wake)
        wake()
      }),
  }
}

function bound(hasher: Hasher): Hasher {
  return {
    setPools: pools => hasher.setPools(pools),
    pause: () => hasher.pause(),
    resume: () => hasher.resume(),
    stop: () => hasher.stop(),
    state: () => hasher.state(),
  }
}

export const accepted = (count: number) => (state: HasherState) => state.pools.some(pool => pool.accepted >= count)
export const minesFor = (index: number) => (state: HasherState) => state.connected && state.activePool === index

/** A port that refuses. */
export async function deadPool(): Promise<{ readonly url: string }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = urlOf(server)
  server.close()
  await once(server, 'close')
  return { url }
}

export function urlOf(server: Server): string {
  const address = server.address()
  return `stratum+tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
}

/** A queue that finds nothing by itself. */
export function heldQueue() {
  const tasks: HashTask[] = []
  const cancelled: HashTask[] = []
  let wake = (): void => {}
  const queue: HashQueue = {
    add: task => {
      tasks.push(task)
      wake()
      return () => void cancelled.push(task)
    },
  }
  return {
    ...queue,
    cancelled,
    next: async (): Promise<HashTask> => {
      for (;;) {
        const task = tasks.shift()
        if (task !== undefined) return task
        await new Promise<void>(resolve => void (wake = resolve))
      }
    },
  }
}

/** For what no event tells: the pool's side of a connection. */
export async function pollUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setImmediate(resolve))
}
