import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Reading } from '@headframe/protocol'
import { describe, expect, test } from 'vitest'
import type { Driver, Transport } from './driver.ts'
import { MinerError } from './miner-error.ts'
import { decodeRecorded, recordedTransport } from './recorded.ts'
import { driverById } from './registry.ts'
import { readMiner, refreshMiner } from './run.ts'
import { scriptedMiner } from './scripted-miner.ts'

const signal = new AbortController().signal
// Recorded sets live beside the project. Where they are absent these tests are skipped.
const root = join(import.meta.dirname, '../../../../shared/fixtures/miners')
const sets = existsSync(root)
  ? ['antminer-stock', 'whatsminer'].flatMap(family => readdirSync(join(root, family)).map(set => join(family, set)))
  : []

const filesOf = (folder: string) =>
  new Map(readdirSync(folder).map(name => [name, new Uint8Array(readFileSync(join(folder, name)))]))

function counting(transport: Transport): { readonly transport: Transport; asked: number } {
  const counted = {
    asked: 0,
    transport: {
      request: (request: Parameters<Transport['request']>[0], during: AbortSignal) => {
        counted.asked += 1
        return transport.request(request, during)
      },
    },
  }
  return counted
}

async function bothWays(set: string) {
  const files = filesOf(join(root, set))
  const driver = driverById((await decodeRecorded(files, 0)).driver)!
  const [long, short] = [counting(recordedTransport(files)), counting(recordedTransport(files))]
  const options = { driver, signal, now: () => 1_700_000_000_000 }
  const whole = await readMiner({ ...options, transport: long.transport })
  const brief = await refreshMiner({ ...options, transport: short.transport, before: whole })
  return { whole, brief, long: long.asked, short: short.asked }
}

describe.skipIf(sets.length === 0)('recorded sets', () => {
  test.each(sets)('%s tells the same with fewer requests, or is to be read in full', async set => {
    const { whole, brief, long, short } = await bothWays(set)
    if (brief === null) return
    expect(brief).toEqual(whole)
    expect(short).toBeLessThan(long)
  })

  test('of those that are well most are', async () => {
    const all = await Promise.all(sets.map(bothWays))
    const well = all.filter(({ whole }) => whole.problems.length === 0 && whole.mining === 'running')
    expect(well.length).toBeGreaterThan(5)
    expect(well.filter(({ brief }) => brief !== null).length).toBeGreaterThan(well.length * 0.6)
  })
})

const system = {
  minertype: 'Antminer S19',
  macaddr: '02:00:00:00:00:01',
  hostname: 'a',
  system_filesystem_version: 'v1',
}
const chain = (index: number) => ({
  index,
  asic_num: 76,
  rate_real: 31_600,
  temp_pcb: [50],
  temp_chip: [60],
  sn: `B${index}`,
})
const stats = {
  elapsed: 90_000,
  rate_5s: 95_000,
  rate_unit: 'GH/s',
  watt: 3200,
  fan: [4000, 4000, 4000, 4000],
  chain: [0, 1, 2].map(chain),
}
const pools = [{ URL: 'stratum+tcp://127.0.0.1:3333', User: 'w', Status: 'Alive', 'Stratum Active': true, Accepted: 7 }]

/** An S19 that is well, and was read in full; then it says something else. */
async function afterwards(told: Partial<Record<'system' | 'stats', object>> = {}) {
  let now: typeof told = {}
  const miner = scriptedMiner(request => {
    if (request.kind === 'cgminer') return request.body['command'] === 'pools' ? { POOLS: pools } : undefined
    if (request.kind !== 'http') return undefined
    if (request.path.endsWith('get_system_info.cgi')) return { ...system, ...now.system }
    if (request.path.endsWith('stats.cgi'))
      return { STATS: [{ ...stats, ...now.stats }], INFO: { type: 'Antminer S19' } }
    if (request.path.endsWith('summary.cgi')) return { SUMMARY: [{ status: [] }] }
    return request.path.endsWith('get_blink_status.cgi') ? { blink: false } : undefined
  })
  const driver: Driver = driverById('antminer-stock')!
  const options = { driver, transport: miner.transport, signal, now: miner.now }
  const before = await readMiner(options)
  now = told
  miner.sent.length = 0
  const brief = await refreshMiner({ ...options, before })
  return { before, brief, asked: miner.sent.length, options, miner }
}

test('a miner that is well is asked two things, and keeps what it told before', async () => {
  const { before, brief, asked } = await afterwards({ stats: { rate_5s: 90_000, elapsed: 90_001 } })
  expect(asked).toBe(2)
  expect(brief).toEqual({ ...before, at: brief!.at, hashrateHs: 90e12, uptimeS: 90_001 })
})

test.each<[string, object]>([
  ['began anew, or is another one', { elapsed: 300 }],
  ['lost a board', { chain: [0, 1].map(chain) }],
  ['got another board', { chain: [{ ...chain(0), sn: 'X' }, chain(1), chain(2)] }],
  ['has a fan that stands still', { fan: [4000, 0, 4000, 4000] }],
  ['has bad chips', { chain: [0, 1, 2].map(index => ({ ...chain(index), asic: 'oooxo' })) }],
  ['sleeps', { 'miner-mode': 1 }],
  ['does not hash', { rate_5s: 0 }],
])('is read in full when it %s', async (_, told) => {
  expect((await afterwards({ stats: told })).brief).toBeNull()
})

test('a miner with a problem is read in full each time', async () => {
  const { options, before } = await afterwards()
  const ill: Reading = { ...before, problems: [{ vendorCode: null, code: 'network', component: null, text: null }] }
  expect(await refreshMiner({ ...options, before: ill })).toBeNull()
})

test('a silent miner is silent for the short reading too, and not asked twice as long', async () => {
  const { options, before } = await afterwards()
  const transport: Transport = { request: () => Promise.reject(new MinerError('timeout', 'silent')) }
  await expect(refreshMiner({ ...options, transport, before })).rejects.toMatchObject({ code: 'timeout' })
})
