import { startNonceSearch, targetOf } from '@headframe/stratum'
import { expect, test } from 'vitest'
import { createHashQueue } from './hash-queue.ts'

const header = (fill: number) => new Uint8Array(80).fill(fill)
const search = (fill: number, difficulty: number) => startNonceSearch(header(fill), targetOf(difficulty))
const never = 1e12

test('finds a nonce, and gives up when the budget is spent', async () => {
  const queue = createHashQueue()
  const run = (difficulty: number) =>
    new Promise<number | null>(
      done => void queue.add({ search: search(1, difficulty), from: 0, budget: 100_000, done }),
    )
  expect(await run(1e-8)).toEqual(expect.any(Number))
  expect(await run(never)).toBeNull()
})

test('takes turns: an easy task does not wait for a hard one', async () => {
  const queue = createHashQueue()
  const ended: string[] = []
  await new Promise<void>(resolve => {
    queue.add({ search: search(1, never), from: 0, budget: 300_000, done: () => (ended.push('hard'), resolve()) })
    queue.add({ search: search(2, 1e-9), from: 0, budget: 300_000, done: () => ended.push('easy') })
  })
  expect(ended).toEqual(['easy', 'hard'])
})

test('lets the event loop run between its slices', async () => {
  const queue = createHashQueue()
  let turns = 0
  const timer = setInterval(() => (turns += 1), 1)
  await new Promise(done => void queue.add({ search: search(1, never), from: 0, budget: 200_000, done }))
  clearInterval(timer)
  expect(turns).toBeGreaterThan(5)
})

test('never finishes a task that was cancelled', async () => {
  const queue = createHashQueue()
  const ended: string[] = []
  const cancel = queue.add({ search: search(1, 1e-9), from: 0, budget: 1e6, done: () => ended.push('cancelled') })
  cancel()
  await new Promise<unknown>(done => void queue.add({ search: search(2, 1e-9), from: 0, budget: 1e6, done }))
  expect(ended).toEqual([])
})

test('a task may be added and cancelled from within another', async () => {
  const queue = createHashQueue()
  const found = await new Promise(resolve => {
    const cancel = queue.add({ search: search(3, never), from: 0, budget: Infinity, done: () => resolve('hard') })
    queue.add({
      search: search(1, 1e-9),
      from: 0,
      budget: 1e6,
      done: () => {
        cancel()
        queue.add({ search: search(2, 1e-9), from: 0, budget: 1e6, done: () => resolve('second') })
      },
    })
  })
  expect(found).toBe('second')
})
