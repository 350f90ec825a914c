import { reset, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { closes, enrolment, linkProof, newId, paths, relayList, versions, type CloseName } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { toBase64 } from '../base64.ts'
import { random } from '../random.ts'
import { Browser } from '../test/browser.ts'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { enrolRelay, linkRelay, newKey, relink, TestRelay } from '../test/relay.ts'

beforeEach(() => reset())
afterEach(() => void vi.useRealTimers())

const closed = (name: CloseName) => ({ code: closes[name].code, reason: closes[name].reason })

test('enrols the relay of its box before anybody signed in, and again as the same one', async () => {
  const key = await newKey()
  const first = await enrolRelay(key)
  expect(await enrolRelay(key)).toEqual(first)
  const { owner, org, site } = await seed()
  const { relays } = relayList.parse((await owner.get(paths.relays(org))).body)
  expect(relays).toEqual([
    {
      id: first.relay,
      site,
      name: 'This box',
      enrolledAt: expect.any(Number),
      revokedAt: null,
      fingerprint: key.publicKey.slice(-8),
    },
  ])
})

test('a code enrols one key, within a quarter of an hour, however often that key asks', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { owner, org, site } = await seed()
  const made = enrolment.parse((await owner.post(paths.enrolments(org), { site, name: 'Hall 2' })).body)
  const key = await newKey()
  const typed = made.code.toLowerCase().replaceAll('-', ' ')
  const first = await enrolRelay(key, { code: typed })
  expect(await enrolRelay(key, { code: made.code })).toEqual(first)
  await expect(enrolRelay(await newKey(), { code: made.code })).rejects.toThrow('forbidden')
  const late = enrolment.parse((await owner.post(paths.enrolments(org), { site, name: 'Hall 3' })).body)
  vi.setSystemTime(Date.now() + 15 * 60_000)
  await expect(enrolRelay(await newKey(), { code: late.code })).rejects.toThrow('forbidden')
})

test('a used code does not move its key to another machine', async () => {
  const { owner, org, site } = await seed()
  const { code } = enrolment.parse((await owner.post(paths.enrolments(org), { site, name: 'Hall 2' })).body)
  const key = await newKey()
  await enrolRelay(key, { code })
  await expect(enrolRelay(key, { code, instance: 'box-2' })).rejects.toThrow('forbidden')
})

test('who guesses codes holds up nobody who has one', async () => {
  const { owner, org, site } = await seed()
  const { publicKey } = await newKey()
  for (let guess = 0; guess < 6; guess++) {
    await new Browser().post(paths.enrol, { code: 'guess', publicKey, instance: 'box' })
  }
  const { code } = enrolment.parse((await owner.post(paths.enrolments(org), { site, name: 'Hall 2' })).body)
  expect(await enrolRelay(await newKey(), { code })).toMatchObject({ site })
})

test('refuses what is no key, and makes who guesses codes wait', async () => {
  const enrol = (publicKey: string) => new Browser().post(paths.enrol, { code: 'guess', publicKey, instance: 'box' })
  expect((await enrol('AAAA')).body).toMatchObject({ error: { code: 'bad-input', field: 'publicKey' } })
  const { publicKey } = await newKey()
  for (let guess = 0; guess < 5; guess++) await enrol(publicKey)
  expect((await enrol(publicKey)).status).toBe(429)
})

test('welcomes a relay that proves its key', async () => {
  const { welcome } = await linkRelay()
  expect(welcome).toEqual({
    type: 'welcome',
    version: 1,
    epoch: 0,
    events: { epoch: 0, seq: 0 },
    beats: [],
    history: null,
    now: expect.any(Number),
  })
})

test('takes the proof and the hello in one go', async () => {
  const key = await newKey()
  const enrolled = await enrolRelay(key)
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(key, enrolled)
  relay.hello()
  relay.events([{ type: 'note', level: 'info', code: 'started', text: '' }], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 1 } })
})

test('refuses a key that was not enrolled', async () => {
  const enrolled = await enrolRelay(await newKey())
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(await newKey(), enrolled)
  expect(await relay.wire.end()).toEqual(closed('unproven'))
})

test('refuses a proof made for another challenge', async () => {
  const key = await newKey()
  const enrolled = await enrolRelay(key)
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.next('challenge')
  const proof = linkProof({ ...enrolled, nonce: 'of another link', instance: 'box-1' })
  const signature = toBase64(new Uint8Array(await crypto.subtle.sign('Ed25519', key.pair.privateKey, proof)))
  relay.send({ type: 'prove', relay: enrolled.relay, signature, instance: 'box-1' })
  expect(await relay.wire.end()).toEqual(closed('unproven'))
})

test('refuses a copy of a key on another machine, and leaves the first alone', async () => {
  const { key, enrolled, relay } = await linkRelay()
  const copy = await TestRelay.dial(enrolled.relay)
  await copy.prove(key, enrolled, 'box-2')
  expect(await copy.wire.end()).toEqual(closed('duplicateKey'))
  relay.events([], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toMatchObject({ events: { epoch: 0, seq: 0 } })
})

test('[S8] tells a relay that it does not know from one that it revoked', async () => {
  const stranger = await TestRelay.dial(newId('relay', random))
  expect(await stranger.wire.end()).toEqual(closed('unknownRelay'))
})

test('cuts a relay off the moment its key is revoked, and for good', async () => {
  const { owner, org, site } = await seed()
  const { key, enrolled, relay } = await linkRelay()
  const dashboard = await TestDashboard.open(owner, site)
  expect(await dashboard.next('site')).toMatchObject({ relays: [{ id: enrolled.relay }] })
  expect((await owner.delete(paths.relay(org, enrolled.relay))).status).toBe(200)
  expect(await relay.wire.end()).toEqual(closed('revoked'))
  expect(await dashboard.next('site')).toMatchObject({ relays: [] })
  const again = await TestRelay.dial(enrolled.relay)
  expect(await again.wire.end()).toEqual(closed('revoked'))
  await expect(enrolRelay(key)).rejects.toThrow('conflict')
})

test('a newer link of the same relay takes over', async () => {
  const { key, enrolled, relay } = await linkRelay()
  await relink(key, enrolled)
  expect(await relay.wire.end()).toEqual(closed('superseded'))
})

test('refuses a relay of another age', async () => {
  const key = await newKey()
  const enrolled = await enrolRelay(key)
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.prove(key, enrolled)
  const about = {
    software: 'x',
    epoch: 1,
    allowed: [],
    now: 0,
    clock: 'plausible' as const,
    term: 0,
    demo: false,
    pollEveryMs: 30_000,
    cohorts: [],
  }
  relay.send({ type: 'hello', versions: { from: versions.to + 1, to: versions.to + 5 }, ...about })
  expect(await relay.wire.end()).toEqual(closed('versionMismatch'))
})

test.each([
  ['a hello without proof', 'unproven', (relay: TestRelay) => relay.hello()],
  ['frames without proof', 'unproven', (relay: TestRelay) => relay.sendBytes(new Uint8Array([1, 1, 1]), 'live')],
  ['text', 'badMessage', (relay: TestRelay) => relay.wire.ws.send('{}')],
  [
    'no message',
    'badMessage',
    (relay: TestRelay) => relay.sendBytes(new TextEncoder().encode('{"type":"x"}'), 'control'),
  ],
  ['an unknown lane', 'badMessage', (relay: TestRelay) => relay.wire.ws.send(new Uint8Array([0xff, 1]))],
] as const)('closes a link that sends %s', async (_what, name, send) => {
  const relay = await TestRelay.dial((await enrolRelay(await newKey())).relay)
  await relay.next('challenge')
  send(relay)
  expect(await relay.wire.end()).toEqual(closed(name))
})

test('a relay gets through however many links were opened in its name', async () => {
  const key = await newKey()
  const enrolled = await enrolRelay(key)
  const idle: TestRelay[] = []
  for (let count = 0; count < 8; count++) idle.push(await TestRelay.dial(enrolled.relay))
  const { relay } = await relink(key, enrolled)
  expect(await idle[0]!.wire.end()).toEqual(closed('late'))
  expect([...idle.slice(1).map(({ wire }) => wire.closed), relay.wire.closed]).toEqual(Array(8).fill(null))
})

test('closes who does not prove itself in time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const enrolled = await enrolRelay(await newKey())
  const relay = await TestRelay.dial(enrolled.relay)
  await relay.next('challenge')
  vi.setSystemTime(Date.now() + 10_000)
  await runDurableObjectAlarm(env.SITE.getByName(`site:${enrolled.site}`))
  expect(await relay.wire.end()).toEqual(closed('late'))
})
