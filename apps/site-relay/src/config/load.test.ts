import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ConfigError, loadConfig, readConfig } from './load.ts'

const linesOf = (text: string | null, env: Record<string, string> = {}) => {
  try {
    readConfig({ path: 'relay.json', text }, env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.lines
    throw error
  }
}

test('an absent file gives the defaults', () => {
  expect(readConfig({ path: 'relay.json', text: null }, {})).toEqual({
    ranges: [],
    scanEveryMs: 300_000,
    probesPerSecond: 300,
    identifiesAtOnce: 64,
    sourceAddress: null,
    standby: null,
    pollEveryMs: 30_000,
    pollsAtOnce: 512,
    pollsPerSubnet: 64,
    pollsPerDriver: {},
    perMinerDeadlineMs: 20_000,
    proxy: [],
    capture: { maxBytes: 2_147_483_648 },
    history: { maxBytes: 2_147_483_648, keepFreeBytes: 134_217_728, backfillBytesPerSecond: 524_288 },
    demo: false,
    logLevel: 'info',
    healthPort: 8790,
  })
})

test('a standby is told who says which box acts, and a witness needs its secret', () => {
  const read = (standby: object) =>
    readConfig({ path: 'relay.json', text: JSON.stringify({ standby }) }, {}).standby?.lease
  expect(read({ lease: 'control_000000000001' })).toBe('control_000000000001')
  expect(read({ lease: 'http://10.0.0.9:8795', secretFile: 'secret' })).toBe('http://10.0.0.9:8795')
  expect(() => read({ lease: 'http://10.0.0.9:8795' })).toThrow(/standby.secretFile: must name the file/)
  expect(() => read({ lease: 'ftp://10.0.0.9' })).toThrow(/standby.lease/)
})

test('the environment outranks the file', () => {
  const config = readConfig(
    { path: 'relay.json', text: '{"pollEveryMs":20000,"logLevel":"warn"}' },
    { HEADFRAME_POLL_EVERY_MS: '15000', HEADFRAME_HEALTH_PORT: 'null', PATH: '/bin' },
  )
  expect(config).toMatchObject({ pollEveryMs: 15_000, logLevel: 'warn', healthPort: null })
})

test('reads a file from disk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'headframe-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'relay.json'), '{"pollEveryMs":20000}')
  expect(loadConfig(join(folder, 'relay.json'), {}).pollEveryMs).toBe(20_000)
})

test('says one line for each bad field: what, where, and what to do', () => {
  const text = JSON.stringify({
    pollEveryMs: 100,
    ranges: [{ name: 'A', addresses: '10.0.0.9-10.0.0.1' }],
    proxy: [{ listen: 'here', pool: 'stratum+tcp://127.0.0.1:3334' }],
    polEvery: 1,
  })
  expect(linesOf(text, { HEADFRAME_LOG_LEVEL: 'loud', HEADFRAME_LOGLEVEL: 'info' })).toEqual([
    expect.stringMatching(/^HEADFRAME_LOGLEVEL: no such setting; known are HEADFRAME_RANGES,/),
    'relay.json: ranges[0].addresses: "10.0.0.9-10.0.0.1" ends before it begins (The networks to scan for miners.)',
    'relay.json: pollEveryMs: Too small: expected number to be >=5000 (How often each miner is read.)',
    'relay.json: proxy[0].listen: must be an address and a port, such as 0.0.0.0:3333 (Listeners of the Stratum proxy.)',
    expect.stringMatching(/^HEADFRAME_LOG_LEVEL: logLevel: Invalid option/),
    'relay.json: polEvery: no such setting; remove it or mend its name',
  ])
})

test('refuses ranges that share an address', () => {
  const text = JSON.stringify({
    ranges: [
      { name: 'A', addresses: '10.0.0.0/24' },
      { name: 'B', addresses: '10.0.0.200' },
    ],
  })
  expect(linesOf(text)).toEqual([
    'relay.json: ranges: "B" and "A" both hold 10.0.0.200 (The networks to scan for miners.)',
  ])
})

test('says that a file is not JSON', () => {
  expect(linesOf('{')).toEqual([expect.stringMatching(/^relay.json: not JSON/)])
  expect(linesOf('[]')).toEqual([expect.stringMatching(/^relay.json: must hold one JSON object/)])
})
