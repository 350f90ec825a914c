import { array, asyncProperty, assert, constantFrom } from 'fast-check'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createConversations } from './conversation.ts'

const ended = async (signal: AbortSignal) => {
  if (!signal.aborted) await once(signal, 'abort')
  return 'cut'
}

test('[C3] a poll does not begin while another conversation is going on', async () => {
  const conversations = createConversations()
  const { promise, resolve } = Promise.withResolvers<string>()
  const first = conversations.poll('a', () => promise)
  expect(conversations.poll('a', async () => 'second')).toBeNull()
  expect(await conversations.poll('b', async () => 'other miner')).toBe('other miner')
  resolve('first')
  expect(await first).toBe('first')
  expect(await conversations.poll('a', async () => 'third')).toBe('third')
})

test('[C3] a command ends a running poll and begins when it is over', async () => {
  const conversations = createConversations()
  const order: string[] = []
  const poll = conversations.poll('a', async signal => order.push(await ended(signal)))
  await conversations.command('a', async () => order.push('command'))
  await poll
  expect(order).toEqual(['cut', 'command'])
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

test('stop ends polls and leaves commands alone', async () => {
  const conversations = createConversations()
  const poll = conversations.poll('a', ended)
  const command = conversations.command('b', async () => 'done')
  await Promise.resolve()
  conversations.stop()
  expect(await Promise.all([poll, command])).toEqual(['cut', 'done'])
})

test('[C3] whatever is asked in whatever order, a miner is in one conversation at a time', async () => {
  const conversation = constantFrom('poll' as const, 'command' as const)
  await assert(
    asyncProperty(array(conversation, { maxLength: 40 }), async kinds => {
      const conversations = createConversations()
      let [talking, most] = [0, 0]
      const talk = async () => {
        most = Math.max(most, ++talking)
        await Promise.resolve()
        talking -= 1
      }
      await Promise.all(kinds.map(kind => Promise.resolve(conversations[kind]('a', talk))))
      expect(most).toBeLessThanOrEqual(1)
    }),
  )
})
