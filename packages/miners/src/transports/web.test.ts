import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { cgi, postJson } from '../antminer/requests.ts'
import type { HttpRequest } from '../driver.ts'
import { createTransport } from './index.ts'
import { httpServer, tcpServer, transportTo } from './test-servers.ts'

const plain = (path: string): HttpRequest => ({
  kind: 'http',
  method: 'GET',
  path,
  port: 80,
  auth: 'none',
  account: null,
  body: null,
})
const never = new AbortController().signal

test('gives an HTTP reply as it is: no redirect followed, no Origin sent', async () => {
  const seen: unknown[] = []
  await using server = await httpServer((incoming, outgoing) => {
    seen.push([incoming.url, incoming.headers.origin, incoming.headers.connection])
    outgoing.writeHead(307, { location: 'https://elsewhere/' }).end('moved')
  })
  expect(await transportTo(80, server.port).request(plain('/'), never)).toMatchObject({
    status: 307,
    body: 'moved',
    headers: { location: 'https://elsewhere/' },
  })
  expect(seen).toEqual([['/', undefined, 'close']])
})

test('bounds an HTTP reply in size and in time', async () => {
  await using huge = await httpServer((_, outgoing) => outgoing.end('x'.repeat(2 * 1024 * 1024)))
  await using slow = await httpServer((_, outgoing) => outgoing.write('{"never":'))
  await using garbage = await tcpServer(socket => socket.on('data', () => socket.end('no http\r\n\r\n')))
  await expect(transportTo(80, huge.port).request(plain('/'), never)).rejects.toMatchObject({ code: 'too-large' })
  await expect(transportTo(80, slow.port, { timeoutMs: 80 }).request(plain('/'), never)).rejects.toMatchObject({
    code: 'timeout',
  })
  await expect(transportTo(80, garbage.port).request(plain('/'), never)).rejects.toMatchObject({ code: 'bad-reply' })
})

/** lighttpd with digest: one nonce until it was used so often. */
function digestSite(password: string, options: { nonceUses?: number; dropsPosts?: boolean } = {}) {
  const log: { method: string; path: string; body: string; authorized: boolean }[] = []
  let nonce = 0
  let uses = 0
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse, body: string) => {
    const { method = '', url: path = '' } = incoming
    const header = incoming.headers.authorization ?? ''
    const fresh = uses < (options.nonceUses ?? Infinity) && header.includes(`nonce="n${nonce}"`)
    const authorized = fresh && answers(header, password, method)
    log.push({ method, path, body, authorized })
    if (options.dropsPosts && method === 'POST' && header === '') return incoming.socket.destroy()
    uses = authorized ? uses + 1 : 0
    if (authorized) return outgoing.end('{"ok":true}')
    nonce += 1
    const challenge = `Digest realm="antMiner Configuration", nonce="n${nonce}", qop="auth"`
    return outgoing.writeHead(401, { 'www-authenticate': challenge }).end('401')
  }
  const server = httpServer((incoming, outgoing) => {
    void text(incoming).then(body => answer(incoming, outgoing, body))
  })
  return { server, log }
}

function answers(header: string, password: string, method: string): boolean {
  const field = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(header)?.[1] ?? ''
  const hash = (text: string) => createHash('md5').update(text).digest('hex')
  const ha1 = hash(`root:antMiner Configuration:${password}`)
  return (
    field('response') ===
    hash(`${ha1}:${field('nonce')}:${field('nc')}:${field('cnonce')}:auth:${hash(`${method}:${field('uri')}`)}`)
  )
}

test('logs in by digest once, and uses the nonce for what follows', async () => {
  const { server, log } = digestSite('root')
  await using site = await server
  const transport = transportTo(80, site.port)
  for (const name of ['stats', 'summary', 'pools'])
    expect(await transport.request(cgi(name), never)).toMatchObject({ status: 200 })
  await transport.request(postJson('set_miner_conf', { pools: [] }), never)
  expect(log.map(({ path, authorized, body }) => [path, authorized, body])).toEqual([
    ['/cgi-bin/stats.cgi', false, ''],
    ['/cgi-bin/stats.cgi', true, ''],
    ['/cgi-bin/summary.cgi', true, ''],
    ['/cgi-bin/pools.cgi', true, ''],
    ['/cgi-bin/set_miner_conf.cgi', true, '{"pools":[]}'],
  ])
})

test('takes a new nonce when the old one is stale', async () => {
  const { server, log } = digestSite('root', { nonceUses: 1 })
  await using site = await server
  const transport = transportTo(80, site.port)
  await transport.request(cgi('stats'), never)
  expect(await transport.request(postJson('blink', { blink: 'true' }), never)).toMatchObject({ status: 200 })
  expect(log.filter(entry => entry.authorized && entry.method === 'POST')).toHaveLength(1)
})

test('tries a wrong password once', async () => {
  const { server, log } = digestSite('owner')
  await using site = await server
  await expect(transportTo(80, site.port).request(cgi('stats'), never)).rejects.toMatchObject({
    code: 'unauthorized',
    sent: false,
  })
  expect(log.filter(entry => entry.path === '/cgi-bin/stats.cgi')).toHaveLength(2)
  expect(await transportTo(80, site.port, { password: 'owner' }).request(cgi('stats'), never)).toMatchObject({
    status: 200,
  })
})

test('[C2] posts once, with its body, to a machine whose login is switched off', async () => {
  const log: string[] = []
  await using server = await httpServer((incoming, outgoing) => {
    void text(incoming)
      .then(body => log.push(`${incoming.method} ${body}`))
      .finally(() => outgoing.end('{}'))
  })
  const transport = transportTo(80, server.port)
  await transport.request(cgi('get_miner_conf'), never)
  await transport.request(postJson('set_miner_conf', { pools: [] }), never)
  expect(log).toEqual(['GET ', 'POST {"pools":[]}'])
})

test('logs in as a user whose name has quotes and letters of its own', async () => {
  const headers: string[] = []
  await using server = await httpServer((incoming, outgoing) => {
    const { authorization } = incoming.headers
    if (authorization !== undefined) headers.push(Buffer.from(authorization, 'latin1').toString())
    outgoing.writeHead(authorization ? 200 : 401, { 'www-authenticate': 'Digest realm="a", nonce="n"' }).end('{}')
  })
  const credentials = { 'antminer-stock': { user: 'Łuk"asz\n', password: 'x' } }
  const transport = createTransport({ address: '127.0.0.1', ports: { 80: server.port }, credentials, timeoutMs: 2000 })
  expect(await transport.request(cgi('stats'), never)).toMatchObject({ status: 200 })
  expect(headers[0]).toContain(String.raw`username="Łuk\"asz"`)
})

test('gets its nonce by GET where a POST without a login is dropped', async () => {
  const { server, log } = digestSite('root', { dropsPosts: true })
  await using site = await server
  expect(await transportTo(80, site.port).request(postJson('blink', { blink: 'true' }), never)).toMatchObject({
    status: 200,
  })
  expect(log.map(({ method, body }) => [method, body])).toEqual([
    ['POST', ''],
    ['GET', ''],
    ['POST', '{"blink":"true"}'],
  ])
})

test('sends a basic login to those who want one', async () => {
  const logins: unknown[] = []
  await using server = await httpServer((incoming, outgoing) => {
    logins.push(incoming.headers.authorization)
    outgoing.writeHead(401).end()
  })
  await expect(transportTo(80, server.port).request(cgi('x', { auth: 'basic' }), never)).rejects.toMatchObject({
    code: 'unauthorized',
  })
  expect(logins).toEqual([`Basic ${Buffer.from('root:root').toString('base64')}`])
})
