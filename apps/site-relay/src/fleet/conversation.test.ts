import type { MinerErrorCode } from '@headframe/miners'
import { array, asyncProperty, assert, constantFrom } from 'fast-check'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createConversations } from './conversation.ts'
import type { ReadResult } from './poll.ts'

const failed = (code: MinerErrorCode): ReadResult => ({ kind: 'failed', code })

const ended = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, 'abort')
  return failed('aborted')
}

/** A read that ends when it is told to. */
function aRead() {
  const { promise, resolve } = Promise.withResolvers<ReadResult>()
  let begun = 0
  const run = () => {
    begun += 1
    return promise
  }
  return { run, end: () => resolve(failed('timeout')), begun: () => begun }
}

test('[C3] who comes while a miner is read joins, and gets the same answer', async () => {
  const conversations = createConversations()
  const first = aRead()
  const answers = [
    conversations.poll('a', first.run),
    conversations.read('a', () => Promise.reject(new Error('a second conversation'))),
    conversations.poll('a', () => Promise.reject(new Error('a third conversation'))),
    conversations.reading('a'),
  ]
  expect(await conversations.poll('b', async () => failed('refused'))).toEqual(failed('refused'))
  first.end()
  for (const answer of answers) expect(await answer).toEqual(failed('timeout'))
  expect(first.begun()).toBe(1)
  expect(await conversations.read('a', async () => failed('closed'))).toEqual(failed('closed'))
})

test('[C3] a command ends a running read and begins when it is over', async () => {
  const conversations = createConversations()
  const order: string[] = []
  const poll = conversations.poll('a', async signal => {
    const result = await ended(signal)
    order.push('cut')
    return result
  })
  await conversations.command('a', async () => order.push('command'))
  await poll
  expect(order).toEqual(['cut', 'command'])
})

test('[C3] a read waits behind a command, and a poll does not wait', async () => {
  const conversations = createConversations()
  const { promise, resolve } = Promise.withResolvers<string>()
  const command = conversations.command('a', () => promise)
  const read = aRead()
  expect(conversations.poll('a', read.run)).toBeNull()
  expect(conversations.identify('a', async () => 'nobody')).toBeNull()
  const answer = conversations.read('a', read.run)
  await Promise.resolve()
  expect(read.begun()).toBe(0)
  resolve('done')
  read.end()
  expect([await command, await answer, read.begun()]).toEqual(['done', failed('timeout'), 1])
})

test('[C3] a command ends what it finds: an identification, and a read that waits for it', async () => {
  const conversations = createConversations()
  const identify = conversations.identify('a', ended)
  const read = conversations.read('a', ended)
  expect(await conversations.command('a', async () => 'done')).toBe('done')
  expect([await identify, await read]).toEqual([failed('aborted'), failed('aborted')])
})

test('commands to one miner run one after the other, and one that fails stops none', async () => {
  const conversations = createConversations()
  const order: string[] = []
  const failing = conversations.command('a', async () => {
    order.push('first')
    throw new Error('lost')
  })
  const second = conversations.command('a', async () => order.push('second'))
  await expect(failing).rejects.toThrow('lost')
  await second
  expect(order).toEqual(['first', 'second'])
})

test('stop ends reads and leaves commands alone', async () => {
  const conversations = createConversations()
  const poll = conversations.poll('a', ended)
  const command = conversations.command('b', async () => 'done')
  await Promise.resolve()
  conversations.stop()
  expect(await Promise.all([poll, command])).toEqual([failed('aborted'), 'done'])
})

test('[C3] whatever is asked in whatever order, a miner is in one conversation at a time', async () => {
  const conversation = constantFrom('poll' as const, 'read' as const, 'identify' as const, 'command' as const)
  await assert(
    asyncProperty(array(conversation, { maxLength: 40 }), async kinds => {
      const conversations = createConversations()
      let [talking, most] = [0, 0]
      const talk = async () => {
        most = Math.max(most, ++talking)
        await Promise.resolve()
        talking -= 1
        return failed('timeout')
      }
      await Promise.all(kinds.map(kind => Promise.resolve(conversations[kind]('a', talk))))
      expect(most).toBeLessThanOrEqual(1)
      expect(conversations.reading('a')).toBeNull()
    }),
  )
})
