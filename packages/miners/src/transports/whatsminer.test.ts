import { expect, test } from 'vitest'
import type { Request } from '../driver.ts'
import { tcpServer, transportTo, type TestServer } from './test-servers.ts'
import { openV2, sealKeys, signV3 } from './whatsminer-seal.ts'
import { frameOf } from './whatsminer-v3.ts'

const never = new AbortController().signal
const to4028 = (server: TestServer) => transportTo(4028, server.port)

const account = { driver: 'whatsminer-v2', standard: { user: 'admin', password: 'admin' } }
const setLed: Request = { kind: 'whatsminer-sealed', cmd: 'set_led', fields: { param: 'auto' }, account, writes: true }

/** A WhatsMiner whose tokens are of one salt; it opens what is sealed with the key of `password`. */
function whatsminer(password: string, answer: (plain: string | null) => object) {
  const token = { time: '5626', salt: 'BQ5hoXV9', newsalt: 'jbzkfQls' }
  const opened: (string | null)[] = []
  const server = tcpServer(socket =>
    socket.once('data', data => {
      const message = JSON.parse(data.toString())
      if (message.cmd === 'get_token') return socket.end(`${JSON.stringify({ STATUS: 'S', Code: 134, Msg: token })}\0`)
      const clear = openV2(message.data, sealKeys(password, token))
      opened.push(clear)
      return socket.end(`${JSON.stringify(answer(clear))}\0`)
    }),
  )
  return { server, opened }
}

test('gets a token, seals a WhatsMiner V2 write with it, and keeps it', async () => {
  const { server, opened } = whatsminer('admin', () => ({ STATUS: 'S', Code: 131, Msg: 'ok' }))
  await using miner = await server
  const transport = to4028(miner)
  expect(JSON.parse(String(await transport.request(setLed, never)))).toMatchObject({ Code: 131 })
  expect(opened.map(clear => JSON.parse(clear ?? '{}'))).toEqual([
    { cmd: 'set_led', param: 'auto', token: 'w.BNbkCV6n1aNWgiBWLzT/' },
  ])
})

test('hands on the clear text of a refusal', async () => {
  const { server } = whatsminer('other', clear =>
    clear === null ? { STATUS: 'E', Code: 23, Msg: 'enc json load err' } : {},
  )
  await using miner = await server
  expect(String(await to4028(miner).request(setLed, never))).toContain('enc json load err')
})

test('says that all tokens are given out, and that nothing was written', async () => {
  await using miner = await tcpServer(socket =>
    socket.once('data', () => socket.end('{"STATUS":"E","Code":136,"Msg":"over max connect"}\0')),
  )
  await expect(to4028(miner).request(setLed, never)).rejects.toMatchObject({ code: 'busy', sent: false })
})

const v3: Request = { kind: 'whatsminer-v3', cmd: 'get.device.info', param: 'salt', account: null, sealed: false }

test('speaks in frames, whole or in pieces', async () => {
  const frame = frameOf({ code: 0, msg: 'é' })
  await using miner = await tcpServer(socket =>
    socket.on('data', () => {
      socket.write(frame.subarray(0, 3))
      setImmediate(() => socket.write(frame.subarray(3)))
    }),
  )
  expect(await transportTo(4433, miner.port).request(v3, never)).toBe('{"code":0,"msg":"é"}')
})

test('takes no frame of an impossible length, none that is cut off, and no text', async () => {
  await using liar = await tcpServer(socket =>
    socket.on('data', () => socket.write(Buffer.from('ffffffff7b7d', 'hex'))),
  )
  await using short = await tcpServer(socket => socket.on('data', () => socket.end(frameOf({ a: 1 }).subarray(0, 6))))
  await expect(transportTo(4433, liar.port).request(v3, never)).rejects.toMatchObject({ code: 'bad-reply' })
  await expect(transportTo(4433, short.port).request(v3, never)).rejects.toMatchObject({ code: 'closed' })
})

test('signs a WhatsMiner V3 write with the salt and the clock of the miner', async () => {
  const messages: { cmd: string; ts?: number; token?: string; account?: string }[] = []
  await using miner = await tcpServer(socket =>
    socket.once('data', data => {
      const message = JSON.parse(data.subarray(4).toString())
      messages.push(message)
      socket.end(
        frameOf(
          message.cmd === 'get.device.info'
            ? { code: 0, when: 1_700_000_000, msg: { salt: 'BQ5hoXV9' } }
            : { code: 0, msg: 'ok' },
        ),
      )
    }),
  )
  const owner = { driver: 'whatsminer-v3', standard: { user: 'super', password: 'super' } }
  const reboot: Request = {
    kind: 'whatsminer-v3',
    cmd: 'set.system.reboot',
    param: undefined,
    account: owner,
    sealed: false,
    writes: true,
  }
  await transportTo(4433, miner.port).request(reboot, never)
  const { token } = signV3({ cmd: 'set.system.reboot', password: 'super', salt: 'BQ5hoXV9', ts: 1_700_000_000 })
  expect(messages.at(-1)).toEqual({ cmd: 'set.system.reboot', ts: 1_700_000_000, token, account: 'super' })
})
