import { expect, onTestFinished, test } from 'vitest'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { serveHealth, type Health } from './health.ts'

const health: Health = {
  miners: { answering: 3 },
  polls: { running: 1, late: 0 },
  commands: 0,
  links: {},
  coverage: [],
  capture: 'down',
  uptimeS: 5,
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const at = server.address()
  server.close()
  await once(server, 'close')
  return typeof at === 'object' && at ? at.port : 0
}

test('tells on loopback how the relay is, until it ends', async () => {
  const [ending, port] = [new AbortController(), await freePort()]
  await serveHealth(port, async () => health, ending.signal)
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(await response.json()).toEqual(health)
  ending.abort()
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

test('a taken port is told of', async () => {
  const [ending, port] = [new AbortController(), await freePort()]
  onTestFinished(() => ending.abort())
  await serveHealth(port, async () => health, ending.signal)
  await expect(serveHealth(port, async () => health, ending.signal)).rejects.toThrow(/EADDRINUSE/)
})
