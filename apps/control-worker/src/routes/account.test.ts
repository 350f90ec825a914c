import { reset } from 'cloudflare:test'
import { paths } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Browser, password, setUp } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'

beforeEach(() => reset())
afterEach(() => void vi.useRealTimers())

const signInOf = (login: string, given = password) => new Browser().post(paths.signIn, { login, password: given })
const errorOf = (code: string, more = {}) => ({ error: { code, message: expect.any(String), ...more } })

test('tells everybody whether it is set up, and gives nothing else away', async () => {
  const before = await new Browser().get(paths.installation)
  const told = { control: expect.stringMatching(/^control_/), demo: false, local: true, version: '0.1.0' }
  expect(before.body).toEqual({ ...told, setUp: false, signedIn: false })
  const { owner } = await setUp()
  expect((await owner.get(paths.installation)).body).toEqual({ ...told, setUp: true, signedIn: true })
  expect((await new Browser().get(paths.installation)).body).toEqual({ ...told, setUp: true, signedIn: false })
  expect((await new Browser().get(paths.me)).body).toEqual(errorOf('unauthenticated'))
})

test('makes the owner with the setup code, once', async () => {
  const about = { name: 'A', login: 'a', password, organisation: 'O', site: 'S' }
  const wrong = await new Browser().post(paths.setup, { ...about, code: 'nope' })
  expect([wrong.status, wrong.body]).toEqual([403, errorOf('forbidden', { field: 'code' })])
  const { owner } = await setUp()
  expect((await owner.get(paths.me)).body).toEqual({
    id: expect.stringMatching(/^person_/),
    name: 'Olga Owner',
    login: 'olga',
    installationOwner: true,
    orgs: [{ id: expect.stringMatching(/^org_/), name: 'North Mines', role: 'owner' }],
    sites: [{ id: expect.stringMatching(/^site_/), org: expect.stringMatching(/^org_/), name: 'Boden', role: 'owner' }],
  })
  const again = await new Browser().post(paths.setup, { ...about, code: 'SETUP-CODE' })
  expect([again.status, again.body]).toEqual([409, errorOf('conflict')])
})

test('signs in with a cookie that scripts and other sites cannot use', async () => {
  await setUp()
  const signed = await signInOf(' OLGA ')
  const cookies = signed.headers.getSetCookie()
  expect(cookies).toEqual([
    expect.stringMatching(/^headframe=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/),
    expect.stringMatching(/^headframe-browser=[\w-]{43}; Max-Age=31536000; Path=\/; HttpOnly; SameSite=Strict$/),
  ])
})

test('answers a wrong login and a wrong password alike', async () => {
  await setUp()
  const answers = [await signInOf('nobody'), await signInOf('olga', 'wrong password')]
  expect(answers.map(answer => answer.status)).toEqual([401, 401])
  expect(answers[0]!.body).toEqual(answers[1]!.body)
})

test('makes a guesser wait, longer each time, and lets the owner in afterwards', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  await setUp()
  for (let guess = 0; guess < 5; guess++) await signInOf('olga', 'a wrong guess')
  const sixth = await signInOf('olga')
  expect([sixth.status, sixth.body]).toEqual([429, errorOf('too-many', { retryAfterS: 5 })])
  expect(sixth.headers.get('retry-after')).toBe('5')
  vi.setSystemTime(Date.now() + 5000)
  expect((await signInOf('olga')).status).toBe(200)
})

test('lets nobody who guesses lock out a person who signed in from here before', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { owner } = await setUp()
  await owner.post(paths.signOut)
  for (let guess = 0; guess < 5; guess++) await signInOf('olga', 'a wrong guess')
  expect([
    (await signInOf('olga')).status,
    (await owner.post(paths.signIn, { login: 'olga', password })).status,
  ]).toEqual([429, 200])
})

test('counts wrong setup codes too', async () => {
  const guess = () =>
    new Browser().post(paths.setup, { code: 'guess', name: 'A', login: 'a', password, organisation: 'O', site: 'S' })
  for (let count = 0; count < 5; count++) await guess()
  expect((await guess()).status).toBe(429)
})

test('signs out here, and everywhere, and closes the sockets', async () => {
  const { owner, site } = await setUp()
  const other = new Browser()
  await other.post(paths.signIn, { login: 'olga', password })
  const here = await TestDashboard.open(owner, site)
  const there = await TestDashboard.open(other, site)
  const kept = owner.cookie
  await owner.post(paths.signOut)
  expect(await here.wire.end()).toMatchObject({ code: 4009 })
  expect([owner.cookie, there.wire.closed]).toEqual([null, null])
  owner.cookie = kept
  expect((await owner.get(paths.me)).status).toBe(401)
  await other.post(paths.signOutEverywhere)
  expect(await there.wire.end()).toMatchObject({ code: 4009 })
})

test('changes a password, and ends every other session', async () => {
  const { owner } = await setUp()
  const other = new Browser()
  await other.post(paths.signIn, { login: 'olga', password })
  const wrong = await owner.post(paths.password, { current: 'not this one', next: 'a new long password' })
  expect([wrong.status, wrong.body]).toEqual([403, errorOf('forbidden', { field: 'current' })])
  expect((await owner.post(paths.password, { current: password, next: 'a new long password' })).status).toBe(200)
  expect([(await owner.get(paths.me)).status, (await other.get(paths.me)).status]).toEqual([200, 401])
  expect((await signInOf('olga')).status).toBe(401)
})

test('keeps a session that is used, and ends one that is not', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const { owner } = await setUp()
  const day = 24 * 60 * 60_000
  vi.setSystemTime(Date.now() + 29 * day)
  expect((await owner.get(paths.me)).status).toBe(200)
  vi.setSystemTime(Date.now() + 29 * day)
  expect((await owner.get(paths.me)).status).toBe(200)
  vi.setSystemTime(Date.now() + 31 * day)
  expect((await owner.get(paths.me)).status).toBe(401)
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site' }],
  ['a sibling host', { 'sec-fetch-site': 'same-site' }],
  ['another origin', { origin: 'http://evil.local' }],
  ['a page without an origin', { origin: 'null' }],
  ['a form', { 'x-headframe': '' }],
])('refuses a change that comes from %s', async (_from, headers) => {
  const answer = await new Browser().send('POST', paths.signOut, { body: {}, headers })
  expect([answer.status, answer.body]).toEqual([403, errorOf('forbidden')])
})

test('refuses a body that is not JSON', async () => {
  const answer = await new Browser().send('POST', paths.signIn, {
    body: '{}',
    headers: { 'content-type': 'text/plain' },
  })
  expect([answer.status, answer.body]).toEqual([400, errorOf('bad-input')])
})

test('has one shape for every error, and names the field at fault', async () => {
  const browser = new Browser()
  const broken = await browser.send('POST', paths.signIn, { body: '{"login":' })
  expect([broken.status, broken.body]).toEqual([400, errorOf('bad-input')])
  const missing = await browser.post(paths.signIn, { login: 'olga' })
  expect([missing.status, missing.body]).toEqual([400, errorOf('bad-input', { field: 'password' })])
  const unknown = await browser.get('/api/nothing/here')
  expect([unknown.status, unknown.body]).toEqual([404, errorOf('not-found')])
  const huge = await browser.post(paths.signIn, { login: 'x'.repeat(2_000_000), password })
  expect([huge.status, huge.body]).toEqual([400, errorOf('bad-input')])
})

test('sends its security headers with every answer', async () => {
  const { headers } = await new Browser().get('/api/nothing')
  expect(headers.get('content-security-policy')).toContain("default-src 'self'")
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toBe('no-store')
})
