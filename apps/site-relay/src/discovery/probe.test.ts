import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { probe } from './probe.ts'

async function listening(address: string, from: (address: string) => void = () => {}): Promise<number> {
  const server = createServer(socket => {
    socket.on('error', () => {})
    from(socket.remoteAddress ?? '')
  }).listen(0, address)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const at = server.address()
  return typeof at === 'object' && at ? at.port : 0
}

const options = (ports: number[]) => ({ ports, timeoutMs: 5000, signal: new AbortController().signal })

test('one open port is enough', async () => {
  const port = await listening('127.0.3.1')
  expect(await probe('127.0.3.1', options([1, port, 2]))).toBe('open')
})

test('a machine that refuses on all ports is there, and no miner', async () => {
  expect(await probe('127.0.3.2', options([1, 2]))).toBe('closed')
})

test('what was broken off says nothing about the address', async () => {
  const signal = AbortSignal.abort()
  expect(await probe('127.0.3.1', { ports: [1], timeoutMs: 5000, signal })).toBe('shortage')
})

test('asks from the address that it is told', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const port = await listening('127.0.3.3', resolve)
  expect(await probe('127.0.3.3', { ...options([port]), localAddress: '127.0.3.9' })).toBe('open')
  expect(await promise).toBe('127.0.3.9')
})
