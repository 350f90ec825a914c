import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { allowedBy } from './command/policy.ts'
import { readPolicyFile } from './command/policy-file.ts'
import { machineName } from './edge/world.ts'
import { enrolRelay } from './enrol.ts'
import { loadKeys } from './keys/keys.ts'
import { anEnrolment } from './store/builders.ts'
import { createControlStore } from './store/controls.ts'
import { openStore } from './store/open.ts'

const { control, relay, site } = anEnrolment(1)

/** A control that gives one answer; returns what it was asked. */
async function answering(status: number, answer: unknown) {
  const asked: { url?: string | undefined; body?: unknown }[] = []
  const server = createServer((request, response) => {
    void respond(request, response)
  }).listen(0, '127.0.0.1')
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    asked.push({ url: request.url, body: await json(request) })
    response.statusCode = status
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const at = server.address()
  return { asked, url: `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}/somewhere` }
}

function place() {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-enrol-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return { dataDir: dir, keysDir: join(dir, 'keys') }
}

test('a relay tells its public key and instance, and remembers the control', async () => {
  const { asked, url } = await answering(200, { control, relay, site })
  const at = place()
  const keys = loadKeys(at.keysDir, machineName())
  const joined = await enrolRelay({ url, code: 'ABCD-EFGH', ...at, allow: [] })
  const { publicKey, instance } = keys
  expect(asked).toEqual([{ url: '/api/enrol', body: { code: 'ABCD-EFGH', publicKey, instance } }])
  expect(joined).toEqual({ control, relay, site, fingerprint: publicKey.slice(-8) })
  const db = openStore(join(at.dataDir, 'site.db'))
  onTestFinished(() => db.close())
  expect(createControlStore(db).all()).toMatchObject([{ control, relay, site, url: new URL(url).origin }])
})

test('[C4] a control that was joined may watch only, unless the person on the box says more', async () => {
  const { url } = await answering(200, { control, relay, site })
  const at = place()
  await enrolRelay({ url, code: 'x', ...at, allow: [] })
  expect(allowedBy(readPolicyFile(at.dataDir), control)).toEqual([])
  await enrolRelay({ url, code: 'x', ...at, allow: ['locate'] })
  expect(allowedBy(readPolicyFile(at.dataDir), control)).toEqual(['locate'])
})

test('a refusal is told in the words of control, and nothing is remembered', async () => {
  const error = { code: 'forbidden', message: 'this code was used already' }
  const { url } = await answering(403, { error })
  const at = place()
  await expect(enrolRelay({ url, code: 'x', ...at, allow: [] })).rejects.toThrow('this code was used already')
})

test('[X1] a new key replaces that of the link only, once a control has it, and the one of before is kept', async () => {
  const { asked, url } = await answering(200, { control, relay, site })
  const at = place()
  const before = loadKeys(at.keysDir, machineName())
  const sealed = before.vault.seal('secret', 'x')
  const { fingerprint } = await enrolRelay({ url, code: 'x', ...at, allow: [], newKey: true })
  const after = loadKeys(at.keysDir, machineName())
  expect(after.publicKey).not.toBe(before.publicKey)
  expect(after.vault.open(sealed, 'x')).toBe('secret')
  expect([asked.map(({ body }) => body), fingerprint]).toMatchObject([
    [{ publicKey: after.publicKey, instance: after.instance }],
    after.publicKey.slice(-8),
  ])
  const files = ['relay.key', 'relay.key.old', 'vault.key']
  expect(readdirSync(at.keysDir).toSorted()).toEqual(files)
  expect(files.map(file => statSync(join(at.keysDir, file)).mode & 0o777)).toEqual([0o600, 0o600, 0o600])
})

test('a new key that no control took costs the old one nothing, and is the same at the next try', async () => {
  const { asked, url } = await answering(403, { error: { code: 'forbidden', message: 'no' } })
  const at = place()
  const { publicKey } = loadKeys(at.keysDir, machineName())
  const joining = () => enrolRelay({ url, code: 'x', ...at, allow: [], newKey: true })
  await expect(joining()).rejects.toThrow('no')
  await expect(joining()).rejects.toThrow('no')
  expect(loadKeys(at.keysDir, machineName()).publicKey).toBe(publicKey)
  expect(asked[0]).toEqual(asked[1])
  expect(asked).not.toMatchObject([{ body: { publicKey } }, {}])
})

test('an address without a control is named', async () => {
  const { url } = await answering(200, '<html>')
  const joining = (to: string) => enrolRelay({ url: to, code: 'x', ...place(), allow: [] })
  await expect(joining(url)).rejects.toThrow(/answers, but not as a Headframe control does/)
  await expect(joining('http://127.0.0.1:1')).rejects.toThrow(/cannot be reached/)
  await expect(joining('ftp://127.0.0.1')).rejects.toThrow(/is no address of a control/)
})
