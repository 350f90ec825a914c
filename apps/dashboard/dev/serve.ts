// Serves dist with a generated mine behind it: `node apps/dashboard/dev/serve.ts --miners 5000 --port 8790`.
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { deflateRawSync } from 'node:zlib'
import { paths, pulse } from '@headframe/protocol'
import { site } from './api-double.ts'
import { ControlDouble } from './control-double.ts'
import { createMine } from './mine.ts'
import { createRandom } from './random.ts'
import { acceptSocket } from './web-socket.ts'

const { values } = parseArgs({
  options: {
    miners: { type: 'string', default: '200' },
    port: { type: 'string', default: '8790' },
    /** Starts as a fresh installation; its setup code is ABCD-EFGH. */
    fresh: { type: 'boolean', default: false },
    'signed-out': { type: 'boolean', default: false },
    role: { type: 'string', default: 'owner' },
  },
})

const dist = join(import.meta.dirname, '../dist')
const kinds: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}
// The policy of the real thing: whatever breaks it shows here first.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-ancestors 'none'"

const control = new ControlDouble(createMine(Number(values.miners), Date.now()), {
  now: Date.now,
  random: createRandom(11),
  deflate: deflateRawSync,
  after: (delayMs, act) => void setTimeout(act, delayMs),
})
control.api.setUp = !values.fresh
control.api.signedIn = !values.fresh && !values['signed-out']
control.api.role = values.role === 'viewer' || values.role === 'operator' ? values.role : 'owner'
setInterval(() => control.tick(), 1000)

const server = createServer((request, response) => void answer(request, response))
server.on('upgrade', (request, stream) => {
  if (request.url !== paths.socket(site) || !control.api.signedIn)
    return stream.end('HTTP/1.1 401 Unauthorized\r\n\r\n')
  const socket = acceptSocket(stream, String(request.headers['sec-websocket-key']))
  const viewer = control.open(socket)
  socket.onMessage = text => (text === pulse.ask ? socket.send(pulse.answer) : viewer.take(text))
  socket.onClose = viewer.closed
})
server.listen(Number(values.port), '127.0.0.1')

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/'
  if (path.startsWith('/api/')) return answerApi(request, response)
  const file = join(dist, normalize(path.split('?')[0] ?? ''))
  const known = extname(file) !== ''
  const name = known ? file : join(dist, 'index.html')
  try {
    const body = await readFile(name)
    response.writeHead(200, {
      'content-type': kinds[extname(name)] ?? 'application/octet-stream',
      'content-security-policy': policy,
    })
    response.end(body)
  } catch {
    response.writeHead(404).end()
  }
}

async function answerApi(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(Buffer.from(part))
  const text = Buffer.concat(parts).toString()
  const { status, body } = control.request(
    request.method ?? 'GET',
    request.url ?? '',
    text === '' ? undefined : JSON.parse(text),
  )
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body ?? {}))
}
