import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { exchange, testSite } from './testing.ts'

const gamma = { miners: [{ model: 'bitaxe-gamma' }] }

async function web(settings: Parameters<typeof testSite>[0] = gamma) {
  const started = await testSite(settings)
  const place = { address: started.site.at(0).address, port: started.site.ports[80] }
  return { ...started, place, [Symbol.asyncDispose]: () => started.site.close() }
}

const statusesIn = (answer: Buffer | string) =>
  [...String(answer).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code)

async function opened(place: { address: string; port: number }): Promise<{ socket: Socket; heard: () => string }> {
  const socket = connect({ host: place.address, port: place.port })
  let heard = ''
  socket.on('data', chunk => void (heard += chunk.toString()))
  await once(socket, 'connect')
  return { socket, heard: () => heard }
}

const get = 'GET /api/system/asic HTTP/1.1\r\nHost: miner\r\n\r\n'
const last = 'GET /api/system/asic HTTP/1.1\r\nHost: miner\r\nConnection: close\r\n\r\n'

test('a request that comes byte by byte is answered when it is whole', async () => {
  await using at = await web()
  const { socket, heard } = await opened(at.place)
  for (const byte of last) socket.write(byte)
  await once(socket, 'close')
  const [head = '', body = ''] = heard().split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`)
  expect(JSON.parse(body)).toMatchObject({ ASICModel: 'BM1370' })
})

test('several requests on one connection are answered in order, those sent ahead too', async () => {
  await using at = await web()
  const second = 'PATCH /api/system HTTP/1.1\r\nHost: miner\r\nContent-Length: 2\r\n\r\n{}'
  const answer = await exchange(at.place, `${get}${second}GET /nothing HTTP/1.1\r\nConnection: close\r\n\r\n`)
  expect(statusesIn(answer)).toEqual(['200', '200', '404'])
})

test('a connection is good for 16 requests, and the last answer says so', async () => {
  await using at = await web()
  const answer = (await exchange(at.place, get.repeat(20))).toString()
  expect(statusesIn(answer)).toHaveLength(16)
  expect([...answer.matchAll(/Connection: close/g)]).toHaveLength(1)
})

test('HTTP/1.0 is closed after its answer, and who sends no more still hears it', async () => {
  await using at = await web()
  const old = await exchange(at.place, 'GET / HTTP/1.0\r\n\r\n')
  expect(statusesIn(old)).toEqual(['200'])
  expect(statusesIn(await exchange(at.place, get, 'half-close'))).toEqual(['200'])
})

test.each([
  ['no HTTP', 'hello\r\n\r\n', '400'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nnonsense\r\n\r\n', '400'],
  ['a length that is no number', 'POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n', '400'],
  ['a body in chunks', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n', '411'],
  ['a body that is too long', 'POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n', '413'],
  ['a head that does not end', `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}`, '431'],
])('[X2] %s is refused, and the connection closed', async (_, bytes, status) => {
  await using at = await web()
  expect(statusesIn(await exchange(at.place, bytes))).toEqual([status])
})

test('[X2] a header by the name of an inherited property is only a header', async () => {
  await using at = await web()
  const odd = 'GET / HTTP/1.1\r\nconstructor: a\r\n__proto__: b\r\nConnection: close\r\n\r\n'
  expect(statusesIn(await exchange(at.place, odd))).toEqual(['200'])
})

test('a second request is answered in the time of its own fault', async () => {
  await using at = await web()
  const { socket, heard } = await opened(at.place)
  socket.write(get)
  await expect.poll(heard).toContain('ASICModel')
  await at.site.at(0).setFault('slow', { delayMs: 700 })
  socket.write(last)
  await expect.poll(() => at.clock.waiting()).toBe(1)
  expect(statusesIn(heard())).toEqual(['200'])
  at.clock.advance(700)
  await once(socket, 'close')
  expect(statusesIn(heard())).toEqual(['200', '200'])
})
