import { expect, onTestFinished, test } from 'vitest'
import { serveHealth, type Health } from './health.ts'

const health: Health = {
  miners: { answering: 3 },
  polls: { running: 1, late: 0, answered: 9, failed: 1, again: 0 },
  commands: 0,
  links: {},
  coverage: [],
  capture: 'down',
  uptimeS: 5,
  sync: null,
  lease: null,
}

test('tells on loopback how the relay is, until it ends', async () => {
  const ending = new AbortController()
  const port = await serveHealth({ port: 0, read: async () => health, signal: ending.signal })
  const response = await fetch(`http://127.0.0.1:${port}/`)
  expect(await response.json()).toEqual(health)
  ending.abort()
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow()
})

test('a second relay of the same box takes another port', async () => {
  const ending = new AbortController()
  onTestFinished(() => ending.abort())
  const server = { read: async () => health, signal: ending.signal }
  const port = await serveHealth({ ...server, port: 0 })
  const other = await serveHealth({ ...server, port })
  expect(other).not.toBe(port)
  expect(await (await fetch(`http://127.0.0.1:${other}/`)).json()).toEqual(health)
})
