import { expect, test } from 'vitest'
import { antminerStock } from './antminer/antminer-stock.ts'
import type { Driver, Request } from './driver.ts'
import { MinerError } from './miner-error.ts'
import { commandMiner, readMiner } from './run.ts'
import { scriptedMiner } from './scripted-miner.ts'

const write: Request = {
  kind: 'http',
  method: 'POST',
  path: '/',
  port: 80,
  auth: 'none',
  account: null,
  body: null,
  writes: true,
}
const read: Request = { kind: 'http', method: 'GET', path: '/', port: 80, auth: 'none', account: null, body: null }
const never = new AbortController().signal

/** A driver whose reboot sends these requests, one after the other, and catches nothing. */
function careless(...requests: readonly Request[]): Driver {
  return {
    ...antminerStock,
    commands: {
      *reboot() {
        for (const request of requests) yield request
        return { kind: 'done', code: null, text: '', observed: {} }
      },
    },
  }
}

function reboot(driver: Driver, answer: (request: Request) => unknown, signal = never) {
  const miner = scriptedMiner(answer)
  return commandMiner({
    driver,
    transport: miner.transport,
    signal,
    now: miner.now,
    command: { kind: 'reboot' },
    observeMs: 1000,
  })
}
const fails =
  (error: MinerError, method = 'POST') =>
  (request: Request) => {
    if (request.kind === 'http' && request.method === method) throw error
    return {}
  }

test('[C2] is unsure after any failure once a write may have arrived', async () => {
  expect(await reboot(careless(write), fails(new MinerError('timeout', 'late')))).toMatchObject({
    kind: 'unknown',
    code: 'timeout',
  })
  expect(await reboot(careless(write, read), fails(new MinerError('refused', 'down'), 'GET'))).toMatchObject({
    kind: 'unknown',
    code: 'unreachable',
  })
  expect(await reboot(careless(write, write), fails(new MinerError('bad-reply', 'half')))).toMatchObject({
    kind: 'unknown',
    code: 'bad-reply',
  })
})

test('is sure that nothing happened when the write never left, or nothing was written yet', async () => {
  expect(await reboot(careless(write), fails(new MinerError('refused', 'down')))).toMatchObject({
    kind: 'refused',
    code: 'unreachable',
  })
  expect(await reboot(careless(write), fails(new MinerError('timeout', 'no way', { sent: false })))).toMatchObject({
    kind: 'refused',
    code: 'timeout',
  })
  expect(await reboot(careless(read, write), fails(new MinerError('timeout', 'late'), 'GET'))).toMatchObject({
    kind: 'refused',
    code: 'timeout',
  })
})

test('says that it was broken off', async () => {
  expect(await reboot(careless(write), () => ({}), AbortSignal.abort())).toMatchObject({
    kind: 'refused',
    code: 'interrupted',
  })
})

test('[C2] is unsure when it was broken off after the write', async () => {
  const stop = new AbortController()
  const answer = (request: Request) => {
    if (request.kind === 'http' && request.method === 'POST') stop.abort()
    return {}
  }
  expect(await reboot(careless(write, read), answer, stop.signal)).toMatchObject({
    kind: 'unknown',
    code: 'interrupted',
  })
})

test('says that a firmware lacks a command', async () => {
  expect(await reboot({ ...antminerStock, commands: {} }, () => ({}))).toMatchObject({
    kind: 'unsupported',
    code: 'unsupported',
  })
})

test('lets a programmer notice a mistake', async () => {
  const mistaken = reboot(careless(write), () => {
    throw new TypeError('mistake')
  })
  await expect(mistaken).rejects.toThrow('mistake')
})

test('knocks once at a door that is shut, and tries a wrong password once', async () => {
  const doors: string[] = []
  const transport = {
    request: async (request: Request) => {
      doors.push(request.kind === 'http' ? `${request.port} ${request.auth}` : '4028')
      throw request.kind === 'http'
        ? new MinerError('unauthorized', 'wrong', { sent: false })
        : new MinerError('timeout', 'silent')
    },
  }
  const reading = readMiner({ driver: antminerStock, transport, signal: never, now: () => 0 })
  await expect(reading).rejects.toMatchObject({ code: 'timeout' })
  expect(doors).toEqual(['80 digest', '4028'])
})
