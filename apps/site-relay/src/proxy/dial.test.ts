import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { expect, test } from 'vitest'
import { readRoute } from './address.ts'
import { dial } from './dial.ts'

const poolAt = (scheme: string, server: { address(): unknown }) => {
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null && 'port' in bound ? String(bound.port) : ''
  return readRoute({ listen: '127.0.0.1:0', pool: `stratum+${scheme}://127.0.0.1:${port}` })!.pool
}

/** A key and a certificate for 127.0.0.1 that it signed itself, or null where there is no openssl to make them. */
function selfSigned(): { key: string; cert: string } | null {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-tls-'))
  const subject = ['-subj', '/CN=pool', '-addext', 'subjectAltName=IP:127.0.0.1']
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', join(dir, 'key')]
  try {
    execFileSync('openssl', ['req', '-x509', ...key, '-out', join(dir, 'cert'), ...subject], { stdio: 'ignore' })
    return { key: readFileSync(join(dir, 'key'), 'utf8'), cert: readFileSync(join(dir, 'cert'), 'utf8') }
  } catch {
    return null
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const identity = selfSigned()

test.skipIf(identity === null)('dials a pool by TLS, and only one whose certificate is trusted', async () => {
  const { key, cert } = identity!
  const server = createServer({ key, cert }, socket => {
    socket.on('error', () => undefined)
    socket.end('hello')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = poolAt('ssl', server)
  await expect(dial(pool, { timeoutMs: 5000 })).rejects.toThrow('DEPTH_ZERO_SELF_SIGNED_CERT')
  const socket = await dial(pool, { timeoutMs: 5000, ca: cert })
  expect(String((await once(socket, 'data'))[0])).toBe('hello')
  socket.destroy()
  server.close()
})

test('dials a pool by its name', async () => {
  const server = createTcpServer(socket => socket.end('hello'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const pool = poolAt('tcp', server)
  const socket = await dial({ ...pool, host: 'localhost' }, { timeoutMs: 5000 })
  expect(String((await once(socket, 'data'))[0])).toBe('hello')
  socket.destroy()
  server.close()
})

test('gives up on a pool that accepts and then says nothing', async () => {
  const held = new Set<{ destroy(): unknown }>()
  const server = createTcpServer(socket => held.add(socket.on('error', () => undefined)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  await expect(dial(poolAt('tls', server), { timeoutMs: 50 })).rejects.toThrow('no answer within 0.05 s')
  for (const socket of held) socket.destroy()
  server.close()
})
