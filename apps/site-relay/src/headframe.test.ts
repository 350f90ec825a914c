import { newId, reading } from '@headframe/protocol'
import { spawn } from 'node:child_process'
import { randomFillSync } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startHandMadeMiner } from './core/hand-made-miner.ts'
import { openStores } from './core/stores.ts'
import { machineName } from './edge/world.ts'
import { serveHealth } from './health/health.ts'
import { noteHealthPort } from './health/port-note.ts'
import { loadKeys } from './keys/keys.ts'

const random = (bytes: Uint8Array) => randomFillSync(bytes)
const program = join(import.meta.dirname, 'headframe.ts')
const fixtures = join(import.meta.dirname, '../../../../shared/fixtures/miners')

async function headframe(words: readonly string[], input = '') {
  const child = spawn(process.execPath, [program, ...words], { env: { PATH: process.env['PATH'] } })
  child.stdin.end(input)
  const ended = new Promise(resolve => child.once('close', resolve))
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { out, err, code }
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-cli-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

test('[C4] join says what the control may ask for, from now and from before, and what a new key needs', async () => {
  const [relay, site] = [newId('relay', random), newId('site', random)]
  const control = newId('control', random)
  const server = createServer((request, response) => {
    request.resume().once('end', () => response.end(JSON.stringify({ control, relay, site })))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const at = server.address()
  const url = `http://127.0.0.1:${typeof at === 'object' && at ? at.port : 0}`
  const joining = ['join', url, 'code', '--data', join(folder(), 'data')]
  expect((await headframe(joining)).out).toMatch(/It may watch and nothing else, until policy\.json says so\.\n$/)
  expect((await headframe([...joining, '--allow', 'locate'])).out).toMatch(/It may watch, and ask for: locate\.\n$/)
  expect((await headframe([...joining, '--new-key'])).out).toMatch(
    /It may watch, and ask for: locate\.\nA relay that runs here takes the new key when it starts again\./,
  )
})

test('read prints one reading and nothing else', async () => {
  const miner = await startHandMadeMiner('127.0.8.1')
  onTestFinished(() => miner.close())
  const map = `80=${miner.port},4028=1,4433=1`
  const data = join(folder(), 'data')
  const { out, err, code } = await headframe(['read', '127.0.8.1', '--json', '--port-map', map, '--data', data])
  expect([err, code]).toEqual(['', 0])
  expect(reading.parse(JSON.parse(out))).toMatchObject({ driver: 'bitaxe', mac: '30:AE:A4:00:00:01', powerW: 17.5 })
})

test('read of an address where no miner is fails with one line', async () => {
  const data = join(folder(), 'data')
  const { out, err, code } = await headframe(['read', '127.0.8.9', '--port-map', '80=1,4028=1,4433=1', '--data', data])
  expect([out, code]).toEqual(['', 1])
  expect(err).toMatch(/^headframe: 127.0.8.9: nothing answers as a miner does.*\n$/)
})

test('decode prints the driver and the reading of a recorded set', async () => {
  const dir = folder()
  const info = { ASICModel: 'BM1370', boardVersion: '601', macAddr: 'aa:bb:cc:dd:ee:ff', hashRate: 1200, power: 18 }
  writeFileSync(join(dir, 'http.api_system_info.json'), JSON.stringify(info))
  const { out, code } = await headframe(['decode', dir, '--json'])
  const answer = z.object({ driver: z.string(), reading }).parse(JSON.parse(out))
  expect([code, answer.driver, answer.reading.mac]).toEqual([0, 'bitaxe', 'AA:BB:CC:DD:EE:FF'])
})

test.skipIf(!existsSync(fixtures))('decode reads the recorded sets of others', async () => {
  const { out, code } = await headframe(['decode', join(fixtures, 'bitaxe/supra-401-v2.4.5'), '--json'])
  expect([code, JSON.parse(out).driver]).toEqual([0, 'bitaxe'])
})

test('[X1] a login comes by stdin, and is not readable on disk', async () => {
  const dir = folder()
  const box = ['--data', join(dir, 'data'), '--keys', join(dir, 'keys')]
  const set = await headframe(['credential', 'set', 'antminer-stock', 'root', ...box], 'correct-horse\n')
  expect([set.code, set.err, set.out.includes('correct-horse')]).toEqual([0, '', false])
  const stores = openStores(join(dir, 'data/relay'), loadKeys(join(dir, 'keys'), machineName()).vault)
  onTestFinished(() => stores.db.close())
  expect(stores.credentials.all()).toEqual({ 'antminer-stock': { user: 'root', password: 'correct-horse' } })
})

test('status tells how the relay of a folder is: in lines for people, as JSON for programs', async () => {
  const ending = new AbortController()
  onTestFinished(() => ending.abort())
  const relayDir = join(folder(), 'data/relay')
  mkdirSync(relayDir, { recursive: true })
  const polls = { running: 1, late: 0, answered: 5, failed: 0, again: 0 }
  const about = { links: {}, coverage: [], capture: 'down', uptimeS: 5, sync: null, lease: null }
  const health = { miners: { answering: 3 }, polls, commands: 2, ...about }
  const port = await serveHealth({ port: 0, read: async () => health, signal: ending.signal })
  noteHealthPort(relayDir, port)
  const place = ['--data', join(relayDir, '..')]
  const [lines, json] = [await headframe(['status', ...place]), await headframe(['status', '--json', ...place])]
  expect(lines.out).toMatch(/^relay {5}up for 5 s\nminers {4}3 answering\n/)
  expect(JSON.parse(json.out)).toEqual(health)
})

test('[S8] takeover asks for the words, and says what it waits for where no relay runs', async () => {
  const dir = folder()
  const words = ['takeover', '--data', join(dir, 'data'), '--keys', join(dir, 'keys')]
  const unsure = await headframe(words)
  expect([unsure.code, unsure.out]).toEqual([1, ''])
  const { out, code } = await headframe([...words, '--yes-the-other-is-off'])
  expect([code, out]).toEqual([0, expect.stringMatching(/^No relay runs here.* silent for 9 s\.\n$/)])
  const stores = openStores(join(dir, 'data/relay'), loadKeys(join(dir, 'keys'), machineName()).vault)
  onTestFinished(() => stores.db.close())
  expect(stores.lease.read().own).toBeGreaterThan(0)
})

test.each([
  { words: ['leave', 'hosted'], says: /say which control, as join and status print it/ },
  { words: ['credential', 'set', 'toaster', 'root'], says: /there is no driver "toaster"; there are bitaxe,/ },
  { words: ['join', 'http://127.0.0.1:1'], says: /say which control, and the code it shows/ },
  { words: ['read', '127.0.8.1', '--port-map', '80'], says: /--port-map: "80" is not like 80=18080/ },
  { words: ['read', '127.0.8.1', '--prot', '80'], says: /Unknown option '--prot'/ },
  { words: ['relay', '--config', '/nowhere.json'], says: /--config: there is no \/nowhere.json/ },
  { words: ['status', '--data', '/nowhere'], says: /the relay of this data folder has not run yet/ },
  { words: ['decode', '/nowhere'], says: /\/nowhere: is no folder that can be read/ },
])('$words cannot be done, and one clear line says why', async ({ words, says }) => {
  const { out, err, code } = await headframe(words)
  expect([out, code]).toEqual(['', 1])
  expect(err).toMatch(/^headframe: [^\n]*\n$/)
  expect(err).toMatch(says)
  expect(existsSync('/nowhere')).toBe(false)
})

test.each([
  { file: 'relay.json', text: '{"pollEveryMs":3}', says: /relay\/relay.json: pollEveryMs: Too small/ },
  { file: 'policy.json', text: '{nope', says: /relay\/policy.json: not JSON; nothing is allowed/ },
  { file: 'site.db', text: 'no database '.repeat(999), says: /relay\/site.db: is no database/ },
])(
  'a start with a damaged $file ends with one clear line, whoever waits for it',
  async ({ file, text: damaged, says }) => {
    const dir = folder()
    const box = ['--data', join(dir, 'data'), '--keys', join(dir, 'keys')]
    mkdirSync(join(dir, 'data/relay'), { recursive: true })
    loadKeys(join(dir, 'keys'), machineName())
    writeFileSync(join(dir, 'data/relay', file), damaged)
    // As `npm start` on an older Node does: with a channel that tells when the other side is gone.
    const child = spawn(process.execPath, [program, 'relay', ...box], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    const ended = new Promise(resolve => child.once('exit', resolve))
    const [code, err] = await Promise.all([ended, text(child.stderr!)])
    expect(err).toMatch(/^headframe: [^\n]*\n$/)
    expect(err).toMatch(says)
    expect(code).toBe(1)
    expect(readFileSync(join(dir, 'data/relay', file), 'utf8')).toBe(damaged)
  },
)

test('a word that is not known is not guessed', async () => {
  const { out, err, code } = await headframe(['frobnicate'])
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^headframe: there is no command "frobnicate"\nUsage:/)
})
