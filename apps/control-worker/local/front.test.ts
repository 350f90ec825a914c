import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { version } from '../src/version.ts'
import { fixture, Front, isAlive, Scratch, type Ready } from './test/front-process.ts'

let scratch: Scratch
let front: Front
let ready: Ready

beforeAll(async () => {
  scratch = new Scratch()
  front = new Front(scratch, ['--demo'])
  ready = await front.ready()
})
afterAll(async () => {
  await front[Symbol.asyncDispose]()
  scratch[Symbol.dispose]()
})

const spoofed = {
  'MF-Original-URL': 'http://evil/',
  'MF-CF-Blob': '{"country":"XX"}',
  'CF-Connecting-IP': '1.2.3.4',
  'X-Forwarded-For': '1.2.3.4',
  Forwarded: 'for=1.2.3.4',
  'X-Real-IP': '1.2.3.4',
}

const portOf = (url: string) => Number(new URL(url).port)

/** A request as it is: fetch would mend the target and refuse some headers. */
async function ask(
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<{ status: number; text: string }> {
  const asking = request({ host: '127.0.0.1', port: portOf(ready.url), path, method: body ? 'POST' : 'GET', headers })
  asking.end(body)
  const [answer] = await once(asking, 'response')
  let text = ''
  for await (const chunk of answer) text += String(chunk)
  return { status: answer.statusCode, text }
}

test('says on one line that it serves, and where', () => {
  expect(ready).toEqual({
    ready: true,
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    relayUrl: ready.url,
    setUp: false,
    workerd: expect.any(Number),
  })
})

test('gives the worker its secrets and what it runs as', async () => {
  const told = { LOCAL: 'yes', TLS: 'no', DEMO: 'yes', SETUP_CODE: 'setup-code', LOCAL_CODE: 'local-code' }
  expect(JSON.parse((await ask('/bindings')).text)).toEqual(told)
})

test('lets no client tell miniflare where a request came from', async () => {
  const { text } = await ask('/echo', { ...spoofed, host: 'mine.local', 'x-headframe': '1' })
  const { url, headers } = JSON.parse(text)
  const told = Object.fromEntries(headers)
  expect(url).toBe('http://mine.local/echo')
  expect(told).toMatchObject({ host: 'mine.local', 'x-headframe': '1' })
  expect(JSON.stringify(headers)).not.toContain('1.2.3.4')
  expect(Object.keys(told).filter(name => name.startsWith('mf-'))).toEqual([])
})

test('lets none do so with a WebSocket either, and carries its messages', async () => {
  const headers = { ...spoofed, connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
  const key = { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==' }
  const asking = request({
    host: '127.0.0.1',
    port: portOf(ready.url),
    path: '/socket',
    headers: { ...headers, ...key },
  })
  asking.end()
  const [answer, socket, head] = await once(asking, 'upgrade')
  let text = String(head)
  // A masked text frame of two letters (RFC 6455 5.2); the mask is all zeros.
  socket.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]))
  while (!text.endsWith('hi')) text += String((await once(socket, 'data'))[0])
  socket.destroy()
  expect(answer.statusCode).toBe(101)
  expect(text).not.toContain('1.2.3.4')
  expect(text).not.toContain('evil')
})

test('opens none of the doors of miniflare', async () => {
  const paths = ['/cdn-cgi/local/explorer', '/x/../cdn-cgi/local/scheduled', '/%63dn-cgi/../cdn-cgi/local/email']
  const statuses = await Promise.all(paths.map(async path => (await ask(path)).status))
  expect(statuses).toEqual([404, 404, 404])
})

test('refuses bodies beyond what the worker takes, told or not', async () => {
  // Refused by what it tells: the rest is not sent, or its end could cut off the answer.
  expect((await ask('/echo', { 'content-length': '3000000' }, 'x')).status).toBe(413)
  const chunked = ask('/echo', { 'transfer-encoding': 'chunked' }, 'x'.repeat(3_000_000))
  expect(await chunked.then(answer => answer.status).catch(() => 'cut off')).not.toBe(200)
})

test('refuses what is no HTTP', async () => {
  const socket = connect(portOf(ready.url), '127.0.0.1')
  socket.write('hello there\r\n\r\n')
  const [chunk] = await once(socket, 'data')
  socket.destroy()
  expect(String(chunk)).toMatch(/^HTTP\/1\.1 400 /)
})

test('says in one line that the port is taken', async () => {
  using other = new Scratch()
  const second = new Front(other, ['--port', String(portOf(ready.url))])
  expect(await second.refusal()).toMatch(/^headframe: port \d+ on 127\.0\.0\.1 is taken\. .*\n$/)
})

test('keeps its data, and ends at once with open sockets, leaving nothing', async () => {
  using own = new Scratch()
  const count = async ({ url }: Ready) => (await fetch(`${url}/count`)).json()
  const first = new Front(own)
  const before = await first.ready()
  expect(await count(before)).toEqual({ count: 1 })
  const socket = new WebSocket(`${before.url.replace('http', 'ws')}/socket`)
  await once(socket, 'message')
  const from = performance.now()
  first.process.kill('SIGTERM')
  await first.exited
  expect(performance.now() - from).toBeLessThan(3000)
  expect(isAlive(before.workerd)).toBe(false)

  await using second = new Front(own)
  expect(await count(await second.ready())).toEqual({ count: 2 })
})

test('serves the dashboard that it started with, whatever is built meanwhile, and the new one from its next start', async () => {
  using own = new Scratch()
  const build = (name: string) => {
    rmSync(own.assets, { recursive: true })
    mkdirSync(own.assets)
    writeFileSync(join(own.assets, 'index.html'), `<script src="/${name}.js"></script>`)
    writeFileSync(join(own.assets, `${name}.js`), `'${name}'`)
  }
  const page = async ({ url }: Ready) => {
    const [index = ''] = await texts(url, '/page/')
    return [index, ...(await texts(url, `/page${/src="(.*)"/.exec(index)?.[1]}`))]
  }
  const texts = async (url: string, ...paths: string[]) =>
    Promise.all(paths.map(async path => (await fetch(`${url}${path}`)).text()))
  build('older')
  const first = new Front(own)
  const serving = await first.ready()
  build('newer')
  expect(await page(serving)).toEqual(['<script src="/older.js"></script>', "'older'"])
  await first[Symbol.asyncDispose]()
  await using second = new Front(own)
  expect(await page(await second.ready())).toEqual(['<script src="/newer.js"></script>', "'newer'"])
})

test('ends with a code when workerd is killed, and leaves no other', async () => {
  using own = new Scratch()
  const fragile = new Front(own)
  const { workerd } = await fragile.ready()
  process.kill(workerd, 'SIGKILL')
  expect(await fragile.exited).toBe(1)
  expect(fragile.said()).toContain('headframe: workerd ended by itself')
})

test('ends the workerd that a killed front left, before another writes to its folder', async () => {
  using own = new Scratch()
  const count = async ({ url }: Ready) => (await fetch(`${url}/count`)).json()
  const first = new Front(own)
  const killed = await first.ready()
  expect(await count(killed)).toEqual({ count: 1 })
  first.process.kill('SIGKILL')
  await first.exited
  expect(isAlive(killed.workerd)).toBe(true)
  await using second = new Front(own)
  const going = await second.ready()
  expect(isAlive(killed.workerd)).toBe(false)
  expect(await count(going)).toEqual({ count: 2 })
  expect(await new Front(own).refusal()).toMatch(/^headframe: another control \(process \d+\) uses /)
  expect(await count(going)).toEqual({ count: 3 })
})

test('refuses data that is damaged, renamed or not whole, and touches nothing', async () => {
  using own = new Scratch()
  const first = new Front(own)
  await fetch(`${(await first.ready()).url}/count`)
  await first[Symbol.asyncDispose]()
  const actors = join(own.data, 'do')
  const folder = join(actors, 'headframe-control-Directory')
  const refused = () => new Front(own).refusal()

  renameSync(folder, `${folder}-old`)
  expect(await refused()).toMatch(/^headframe: .* holds headframe-control-Directory-old, which is none of ours/)
  renameSync(`${folder}-old`, join(own.path, 'moved'))
  expect(await refused()).toMatch(/^headframe: .* lacks headframe-control-Directory/)
  renameSync(join(own.path, 'moved'), folder)
  const name = readdirSync(folder).find(found => /^[0-9a-f]{64}\.sqlite$/.test(found))
  const file = join(folder, name ?? 'none')
  rmSync(`${file}-wal`, { force: true })
  writeFileSync(file, readFileSync(file).fill(0x41, 0, 2000))
  expect(await refused()).toMatch(/^headframe: .*\.sqlite is damaged \(.*\)\. Restore it from a backup/)
})

test('serves TLS with a certificate of the box, and relays of the box without', async () => {
  using own = new Scratch()
  const tls = ['--tls-cert', fixture('localhost-cert.pem'), '--tls-key', fixture('localhost-key.pem')]
  await using secure = new Front(own, tls)
  const { url, relayUrl } = await secure.ready()
  const asking = tlsRequest(`${url}/bindings`, { ca: readFileSync(fixture('localhost-cert.pem')) })
  asking.end()
  const [answer] = await once(asking, 'response')
  answer.resume()
  expect([answer.statusCode, new URL(url).protocol, new URL(relayUrl).protocol]).toEqual([200, 'https:', 'http:'])
  expect(await (await fetch(`${relayUrl}/bindings`)).json()).toMatchObject({ TLS: 'yes' })
})

test.each([
  [
    'a certificate that is not there',
    ['--tls-cert', '/nowhere.pem', '--tls-key', '/nowhere.pem'],
    '--tls-cert: cannot read',
  ],
  [
    'a key that is none',
    ['--tls-cert', fixture('localhost-key.pem'), '--tls-key', fixture('localhost-key.pem')],
    'do not work',
  ],
  ['an address of another machine', ['--host', '192.0.2.1'], 'is no address of this machine'],
  ['a worker that was not built', ['--worker', '/nowhere'], 'there is no worker at /nowhere'],
])('refuses %s in one line', async (_what, words, line) => {
  using own = new Scratch()
  const said = await new Front(own, words).refusal()
  expect(said).toMatch(/^headframe: .*\n$/)
  expect(said).toContain(line)
})

test('says the version of its package', () => {
  const { version: packed } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'))
  expect(version).toBe(packed)
})
