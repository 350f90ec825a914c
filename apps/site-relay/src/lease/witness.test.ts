import type { LeaseAsk } from '@headframe/protocol'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readSecret, sign, signatureHeader } from './sealed.ts'
import { createWitnessClient } from './witness-client.ts'
import { serveWitness } from './witness-server.ts'
import { createWitness } from './witness.ts'

const ask = (more: Partial<LeaseAsk> = {}): LeaseAsk => ({ release: false, run: 1, term: 0, holds: false, ...more })
const secret = Buffer.alloc(32, 7)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headframe-witness-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** A witness with a clock of our own, asked as a box asks. */
function witnessed(term = 0) {
  const clock = { now: 0 }
  const kept: number[] = []
  let nonces = 0
  const deps = {
    secret,
    term,
    keep: (given: number) => void kept.push(given),
    monotonic: () => clock.now,
    wall: () => 0,
  }
  const witness = createWitness({ ...deps, newNonce: () => `nonce ${(nonces += 1)}` })
  const send = (body: object, by = secret) => {
    const text = JSON.stringify(body)
    return witness.take(text, sign(by, 'ask', text))
  }
  const nonce = () => `nonce ${nonces}`
  return { clock, kept, send, nonce, answerTo: (body: object) => JSON.parse(send(body)?.body ?? 'null') }
}

test('[S8] a witness begins with the term on disk, waits out what it gave before, and writes a new term first', () => {
  const { clock, kept, nonce, answerTo } = witnessed(4)
  expect(answerTo({ ...ask(), box: 'a', nonce: '' })).toEqual({ answer: null, nonce: 'nonce 1' })
  expect(answerTo({ ...ask(), box: 'a', nonce: nonce() }).answer).toEqual({ term: null, ttlMs: 8200, known: 4 })
  clock.now = 8200
  expect(answerTo({ ...ask(), box: 'a', nonce: nonce() }).answer).toMatchObject({ term: 5 })
  expect(answerTo({ ...ask({ term: 5, holds: true }), box: 'a', nonce: nonce() }).answer).toMatchObject({ term: 5 })
  expect(kept).toEqual([5])
})

test('[X2] a request counts once, and one that is not signed with the secret, or makes no sense, not at all', () => {
  const { clock, send, nonce, answerTo } = witnessed()
  clock.now = 10_000
  answerTo({ ...ask(), box: 'a', nonce: '' })
  const request = { ...ask(), box: 'a', nonce: nonce() }
  expect(answerTo(request).answer).toMatchObject({ term: 1 })
  expect(answerTo(request).answer).toBeNull()
  expect(send({ ...ask(), box: 'b', nonce: nonce() }, Buffer.alloc(32, 8))).toBeNull()
  expect(send({ ...ask(), box: '', nonce: nonce() })).toBeNull()
  expect(send({ ...ask({ term: -1 }), box: 'b', nonce: nonce() })).toBeNull()
})

test('[X1] boxes ask a witness over HTTP; its secret is in a file that nobody else may read', async () => {
  const dir = folder()
  await using server = await serveWitness({ dir, host: '127.0.0.1', port: 0, say: () => {} })
  const url = `http://127.0.0.1:${server.port}`
  const shared = readSecret(server.secretPath)
  const box = createWitnessClient({ url, secret: shared, box: 'a' })
  expect(await box(ask())).toMatchObject({ term: null, known: 0 })
  expect(await box(ask({ term: 3, holds: true }))).toMatchObject({ term: 3, ttlMs: 6000 })
  expect(JSON.parse(readFileSync(join(dir, 'term.json'), 'utf8'))).toEqual({ term: 3 })
  chmodSync(server.secretPath, 0o644)
  expect(() => readSecret(server.secretPath)).toThrow(/others may read it/)
})

test('[S8] a box with another secret hears that it is refused, and the witness says so once', async () => {
  const said: string[] = []
  const say = (text: string) => void said.push(text)
  await using server = await serveWitness({ dir: folder(), host: '127.0.0.1', port: 0, say })
  const stranger = createWitnessClient({ url: `http://127.0.0.1:${server.port}`, secret, box: 'b' })
  expect([await stranger(ask()), await stranger(ask())]).toEqual(['refused', 'refused'])
  expect(said).toEqual(['Refused 127.0.0.1: what it asks is not signed with the secret of this witness.'])
})

test('[S8] a witness that was started again goes on from its term, with the box that holds the lease', async () => {
  const dir = folder()
  const first = await serveWitness({ dir, host: '127.0.0.1', port: 0, say: () => {} })
  const shared = readSecret(first.secretPath)
  const holder = (port: number) => createWitnessClient({ url: `http://127.0.0.1:${port}`, secret: shared, box: 'a' })
  await holder(first.port)(ask({ term: 3, holds: true }))
  await expect(serveWitness({ dir, host: '127.0.0.1', port: 0, say: () => {} })).rejects.toThrow(
    /another relay is running/,
  )
  await first[Symbol.asyncDispose]()
  await using second = await serveWitness({ dir, host: '127.0.0.1', port: 0, say: () => {} })
  const box = holder(second.port)
  expect(await box(ask({ term: 3 }))).toMatchObject({ term: null, known: 3 })
  expect(await box(ask({ term: 3, holds: true }))).toMatchObject({ term: 3 })
})

test('[S8] a witness whose disk takes no term gives none, says so once, and goes on when it can write again', async () => {
  const dir = folder()
  const said: string[] = []
  await using server = await serveWitness({ dir, host: '127.0.0.1', port: 0, say: text => void said.push(text) })
  const url = `http://127.0.0.1:${server.port}`
  const box = createWitnessClient({ url, secret: readSecret(server.secretPath), box: 'a' })
  mkdirSync(join(dir, 'term.json.new'))
  expect([await box(ask({ term: 3, holds: true })), await box(ask({ term: 3, holds: true }))]).toEqual([null, null])
  rmdirSync(join(dir, 'term.json.new'))
  expect(await box(ask({ term: 3, holds: true }))).toMatchObject({ term: 3 })
  expect(said).toEqual([
    expect.stringMatching(/^The term cannot be written, and no lease is given: .*EISDIR/),
    'The term can be written again.',
  ])
})

/** A server in place of the witness; gives its address. */
async function standIn(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const at = server.address()
  return `http://127.0.0.1:${typeof at === 'object' ? at?.port : 0}`
}

test('[X2] an answer that the witness did not sign is none', async () => {
  const url = await standIn((_, response) => {
    response.setHeader(signatureHeader, 'forged')
    response.end(JSON.stringify({ answer: { term: 9, ttlMs: 6000, known: 9 }, nonce: '' }))
  })
  expect(await createWitnessClient({ url, secret, box: 'a' })(ask())).toBeNull()
})

test('[X2] an answer that does not end is read no further than an answer can be long', async () => {
  const closed = Promise.withResolvers<void>()
  const url = await standIn((_, response) => {
    response.on('close', closed.resolve)
    response.write('x'.repeat(5000))
  })
  expect(await createWitnessClient({ url, secret, box: 'a', answerMs: 60_000 })(ask())).toBeNull()
  await closed.promise
})
