import { expect, test } from 'vitest'
import { MinerError } from '../miner-error.ts'
import { readMiner } from '../run.ts'
import { scriptedMiner } from '../scripted-miner.ts'
import { antminerStock } from './antminer-stock.ts'

type Replies = Readonly<Record<string, unknown>>

/** Replies by the name of the page or of the command on 4028. */
function readFrom(replies: Replies) {
  const miner = scriptedMiner(request => {
    if (request.kind === 'http') return replies[request.path.replace('/cgi-bin/', '').replace('.cgi', '')]
    return request.kind === 'cgminer' ? replies[`4028 ${String(request.body['command'])}`] : undefined
  })
  return readMiner({
    driver: antminerStock,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
  })
}

const s9 = {
  STATS: [
    { BMMiner: '2.0.0', Miner: '16.8.1.3', CompileTime: 'Fri Nov 17 17:57:49 CST 2017', Type: 'Antminer S9' },
    {
      Elapsed: 1234,
      'GHS 5s': '13,507.59',
      'GHS av': 13500.1,
      fan_num: 2,
      ...Object.fromEntries([1, 2, 4, 5, 7, 8].map(number => [`fan${number}`, 0])),
      fan3: 5880,
      fan6: 4320,
      ...Object.fromEntries([1, 2, 3, 4, 5].map(number => [`chain_rate${number}`, ''])),
      ...Object.fromEntries(
        [6, 7, 8].flatMap(number => [
          [`chain_acn${number}`, 63],
          [`chain_rate${number}`, '4502.53'],
          [`temp${number}`, 61],
          [`temp2_${number}`, 76],
        ]),
      ),
      freq_avg6: 643.23,
      chain_acs6: ' oooooooo ooooxooo',
      chain_hw6: 12,
    },
  ],
}

test('reads an S9, whose boards are 6 to 8 and whose fans are 3 and 6', async () => {
  const reading = await readFrom({ '4028 stats': s9 })
  expect(reading).toMatchObject({
    model: 'S9',
    hashrateHs: 13_507.59e9,
    uptimeS: 1234,
    mining: 'running',
    nameplateHashrateHs: 13.5e12,
  })
  expect(reading.hashboards.map(board => [board.slot, board.chips, board.boardTempC, board.chipTempC])).toEqual(
    [5, 6, 7].map(slot => [slot, 63, 61, 76]),
  )
  expect(reading.fans).toEqual([
    { slot: 2, rpm: 5880, percent: null },
    { slot: 5, rpm: 4320, percent: null },
  ])
  expect(reading.problems.map(problem => [problem.code, problem.component])).toEqual([
    ['hashboard-fault', 'hashboard 5'],
  ])
})

test('reads the old web page where 4028 is shut', async () => {
  const reading = await readFrom({
    get_system_info: {
      minertype: 'Antminer S9',
      macaddr: 'aa:bb:cc:00:11:22',
      hostname: 'rig',
      file_system_version: 'x',
    },
    get_miner_status: {
      summary: { elapsed: '1d2h3m4s', ghs5s: '13,681.15', ghsav: '13600' },
      pools: [],
      devs: [6, 7, 8].map(index => ({
        index: String(index),
        chain_acn: '63',
        rate: '4560.38',
        temp: '61',
        temp2: '76',
        hw: '3',
        freq: '650',
        fan5: '5520',
        fan6: '0',
      })),
    },
  })
  expect(reading).toMatchObject({
    mac: 'AA:BB:CC:00:11:22',
    hashrateHs: 13_681.15e9,
    uptimeS: 93_784,
    mining: 'running',
  })
  expect(reading.hashboards.map(board => [board.slot, board.frequencyMhz])).toEqual([5, 6, 7].map(slot => [slot, 650]))
  expect(reading.fans.map(fan => fan.rpm)).toEqual([5520])
})

const web = (more: object, type = 'Antminer S21') => ({
  INFO: { type, CompileTime: 'c' },
  STATS: [{ elapsed: 3600, ...more }],
})

test.each([
  ['H/s', 12, 12],
  ['MH/s', 9500, 9.5e9],
  ['GH/s', 200_000, 2e14],
  ['Ksol/s', 840, 840_000],
])('reads a rate in %s', async (rate_unit, rate_5s, hashrateHs) => {
  expect((await readFrom({ stats: web({ rate_5s, rate_unit, chain: [] }) })).hashrateHs).toBe(hashrateHs)
})

test('believes a rate that has its own unit', async () => {
  const reading = await readFrom({ stats: web({ rate_5s: '201.5 TH/s', rate_unit: 'GH/s', chain: [] }) })
  expect(reading.hashrateHs).toBe(201.5e12)
})

test('takes the old web page where 4028 refuses its statistics', async () => {
  const reading = await readFrom({
    '4028 stats': { STATUS: [{ STATUS: 'E', Code: 14, Msg: 'Invalid command' }] },
    get_miner_status: { summary: { elapsed: '50', ghs5s: '13500' } },
  })
  expect([reading.hashrateHs, reading.uptimeS]).toEqual([13.5e12, 50])
})

test('reads MH/s from an L3+ although its keys say GHS', async () => {
  const reading = await readFrom({
    '4028 stats': {
      STATS: [{ Type: 'Antminer L3+' }, { Elapsed: 9000, 'GHS 5s': '504.2', chain_rate1: '126.1', chain_acn1: 72 }],
    },
  })
  expect([reading.hashrateHs, reading.hashboards[0]?.hashrateHs, reading.algorithm]).toEqual([
    504.2e6,
    126.1e6,
    'scrypt',
  ])
})

test('reads the coarse units of a Z15', async () => {
  const reading = await readFrom({
    '4028 stats': {
      STATS: [{ Type: 'Antminer Z15' }, { Elapsed: 9000, 'GHS 5s': '394504.32', chain_rate1: '135.00', chain_acn1: 3 }],
    },
  })
  expect([reading.hashrateHs, reading.hashboards[0]?.hashrateHs]).toEqual([394_504.32, 135_000])
})

test('knows a machine that sleeps, whether stats or its configuration says so', async () => {
  const told = await readFrom({ stats: web({ rate_5s: 0, 'miner-mode': 1, chain: [] }) })
  const empty = await readFrom({ stats: { STATS: [] }, get_miner_conf: { 'bitmain-work-mode': '1' } })
  expect([told.mining, empty.mining, empty.hashrateHs]).toEqual(['paused', 'paused', null])
})

test('tells a start from a fault by the time', async () => {
  const start = await readFrom({ stats: web({ elapsed: 60, rate_5s: 0, chain: [] }) })
  const fault = await readFrom({ stats: web({ elapsed: 6000, rate_5s: 0, chain: [] }) })
  const proxy = await readFrom({ '4028 stats': 'Socket connect failed: Connection refused\n' })
  expect([start.mining, fault.mining, proxy.mining]).toEqual(['starting', 'fault', 'starting'])
})

test.each(['stats', 'get_miner_status'])('knows a start by what the page %s says while 4028 is shut', async page => {
  const down = 'Socket connect failed: Connection refused\n'
  const system = { minertype: 'Antminer S21' }
  const starts = await readFrom({ get_system_info: system, [page]: down })
  const sleeps = await readFrom({ get_system_info: system, [page]: down, get_miner_conf: { 'miner-mode': '1' } })
  expect([starts.model, starts.mining, sleeps.mining]).toEqual(['S21', 'starting', 'paused'])
})

test.each([
  ['miner power: 3612', 3612],
  ['{"power":"3,612 W"}', 3612],
  ['error 6060 cmd', null],
])('takes its power from port 6060 where its statistics have none: %s', async (said, watt) => {
  const stats = web({ rate_5s: 1, watt: 0, chain: [] })
  const { powerW, powerSource } = await readFrom({ stats, '/miner_power': said })
  expect([powerW, powerSource]).toEqual([watt, watt === null ? null : 'reported'])
})

test('shows the board that is gone, and the fan that stands', async () => {
  const chain = [0, 2].map(index => ({
    index,
    asic_num: 108,
    rate_real: 66_000,
    temp_pcb: [40, 41, 50, 51],
    temp_chip: [0, 0, 0, 0],
  }))
  const reading = await readFrom({
    stats: web({ rate_5s: 130_000, rate_unit: 'GH/s', chain, fan_num: 4, fan: [4000, 0, 4100, 4100] }),
  })
  expect(
    reading.hashboards.map(board => [board.slot, board.present, board.inletTempC, board.outletTempC, board.chipTempC]),
  ).toEqual([
    [0, true, 40, 50, null],
    [1, false, null, null, null],
    [2, true, 40, 50, null],
  ])
  expect(reading.problems.map(problem => [problem.code, problem.component])).toEqual([
    ['hashboard-missing', 'hashboard 1'],
    ['fan-stopped', 'fan 1'],
  ])
})

test.each(['Antminer S21 Hyd.', 'Antminer S99 Hyd.', 'Antminer S21 Imm.'])(
  'has no fans on an %s that lists zeros',
  async type => {
    const stats = web({ rate_5s: 1, chain: [], fan_num: 4, fan: [0, 0, 0, 0] }, type)
    const reading = await readFrom({ stats })
    expect([reading.fans, reading.problems]).toEqual([[], []])
  },
)

test('names what the machine reports: its health list and the code of port 6060', async () => {
  const status = [
    { type: 'rate', status: 's', code: 0, msg: '' },
    { type: 'fans', status: 'e', code: 2, msg: '' },
    { type: 'temp', status: '', code: 0, msg: '' },
  ]
  const reading = await readFrom({
    stats: web({ rate_5s: 1, chain: [] }),
    summary: { SUMMARY: [{ status }] },
    '/warning': { error_message: 'J2:4' },
  })
  expect(reading.problems.map(({ vendorCode, code, component }) => [vendorCode, code, component])).toEqual([
    ['2', 'fan-stopped', 'fans'],
    ['J2:4', 'eeprom', 'hashboard 2'],
  ])
})

test('says when a reply was cut off', async () => {
  const reading = await readFrom({
    '4028 stats': '{"STATS":[{"Type":"Antminer S19"},{"Elapsed":5,"GHS 5s":90000,"chain_ra',
  })
  expect([reading.hashrateHs, reading.problems[0]?.text]).toEqual([
    9e13,
    'the reply to stats was cut off: some values are missing',
  ])
})

test('says that the password is not taken, and reads what asks for none', async () => {
  const miner = scriptedMiner(request => {
    if (request.kind === 'http') throw new MinerError('unauthorized', 'wrong', { sent: false })
    return request.kind === 'cgminer' && request.body['command'] === 'stats' ? s9 : undefined
  })
  const options = {
    driver: antminerStock,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
  }
  const reading = await readMiner(options)
  expect([reading.hashrateHs, reading.problems[0]?.code, reading.problems[0]?.component]).toEqual([
    13_507.59e9,
    'configuration',
    'login',
  ])
})

test('takes pools from 4028, which says which is in use, else from the web', async () => {
  const rpc = {
    POOLS: [
      {
        POOL: 0,
        URL: 'stratum+tcp://a:1',
        User: 'u',
        Status: 'Alive',
        'Stratum Active': true,
        Accepted: 5,
        Rejected: 1,
        Stale: 0,
        Diff: '524K',
      },
    ],
  }
  const page = {
    POOLS: [
      { url: 'stratum+tcp://a:1', user: 'u', status: 'Alive', accepted: 5, rejected: 1, stale: 0, diff: '524288' },
    ],
  }
  const stats = web({ rate_5s: 1, chain: [] })
  const first = (await readFrom({ stats, '4028 pools': rpc, pools: page })).pools
  const second = (await readFrom({ stats, pools: page })).pools
  const same = { slot: 0, url: 'stratum+tcp://a:1', user: 'u', alive: true, accepted: 5, rejected: 1, stale: 0 }
  expect([first, second]).toEqual([
    [{ ...same, active: true, difficulty: 524_000 }],
    [{ ...same, active: null, difficulty: 524_288 }],
  ])
})
