import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { digestGuard, digestResponse } from './digest.ts'

const vectorsFile = new URL('../../../../../shared/reference/miners/test-vectors.json', import.meta.url)

const parts = {
  method: 'GET',
  uri: '/cgi-bin/stats.cgi',
  nonce: '6b3f0a1c',
  nc: '00000001',
  cnonce: '0a4f113b',
  password: 'root',
}

test('the response is that of an independent computation', () => {
  expect(digestResponse(parts)).toBe('6884b3f424ef7c524de24104a613e220')
})

test.skipIf(!existsSync(vectorsFile))('the response is that of the recorded vector', () => {
  const { antminer_digest: vector } = JSON.parse(readFileSync(vectorsFile, 'utf8'))
  expect(digestResponse(vector)).toBe(vector.response)
})

function header(guard: ReturnType<typeof digestGuard>, at: number): string {
  const nonce = /nonce="([^"]*)"/.exec(guard.challenge(at, false))?.[1] ?? ''
  const response = digestResponse({ ...parts, nonce })
  return `Digest username="root", realm="antMiner Configuration", nonce="${nonce}", uri="${parts.uri}", qop=auth, nc=${parts.nc}, cnonce="${parts.cnonce}", response="${response}"`
}

const login = { method: 'GET', url: parts.uri, password: 'root' }

test('a nonce is good for ten minutes, and then stale', () => {
  const guard = digestGuard(1)
  const given = header(guard, 1_000_000)
  expect(guard.judge({ ...login, header: given }, 1_500_000)).toBe('welcome')
  expect(guard.judge({ ...login, header: given }, 1_700_000)).toBe('stale')
})

test('a nonce of another miner is none', () => {
  expect(digestGuard(1).judge({ ...login, header: header(digestGuard(2), 1_000_000) }, 1_000_000)).toBe('stranger')
})

test('without a login, or with one of another kind, it is a stranger', () => {
  const guard = digestGuard(1)
  expect(guard.judge({ ...login, header: undefined }, 1_000_000)).toBe('stranger')
  expect(guard.judge({ ...login, header: 'Basic cm9vdDpyb290' }, 1_000_000)).toBe('stranger')
})
