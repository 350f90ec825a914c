import { z } from 'zod'
import { checked, textReply } from '../ask.ts'
import type { Account, Dialogue, FrameRequest, SealedRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { num } from '../reading/number.ts'
import { inner, row, rows, type Row } from '../reading/rows.ts'
import { text } from '../reading/text.ts'

/** MicroBT ships the V2 API with admin/admin and the V3 API with super/super. */
const accountV2: Account = { driver: 'whatsminer-v2', standard: { user: 'admin', password: 'admin' } }
const accountV3: Account = { driver: 'whatsminer-v3', standard: { user: 'super', password: 'super' } }

/** A V2 read. An error in the status is thrown; the many codes beside it are not trusted, since builds disagree. */
function* askV2(cmd: string): Dialogue<Row> {
  const reply = yield* checked(cmd, textReply.parse(yield { kind: 'whatsminer', cmd }), row)
  const { word, code } = statusOf(reply)
  if (word !== 'E' && word !== 'F') return reply
  throw new MinerError(
    code === 14 ? 'unsupported' : code === 45 ? 'unauthorized' : 'bad-reply',
    `${cmd} was refused with code ${code}`,
  )
}

export function* askV2Rows(cmd: string, key: string): Dialogue<readonly Row[]> {
  const found = rows.safeParse((yield* askV2(cmd))[key])
  return found.success ? found.data : []
}

export function* askV2Message(cmd: string): Dialogue<Row> {
  return inner((yield* askV2(cmd))['Msg'])
}

/** A V2 write. Code 131 alone means done; every refusal says that nothing was done. */
export function* writeV2(cmd: string, fields: SealedRequest['fields']): Dialogue<void> {
  const request: SealedRequest = {
    kind: 'whatsminer-sealed',
    cmd,
    fields,
    account: accountV2,
    writes: true,
    timeoutMs: 10_000,
  }
  const reply = yield* checked(cmd, textReply.parse(yield request), row)
  const { word, code, message } = statusOf(reply)
  // One contract sample answers its writes with code 0 and status S.
  if (code === 131 || (word === 'S' && code === 0)) return
  throw new MinerError(refusalV2(code, message), refusalText(code, message), { refusal: true })
}

function refusalV2(code: number | null, message: string): MinerError['code'] {
  if (/can't access write cmd/i.test(message)) return 'api-disabled'
  if (code === 14) return 'unsupported'
  if (code === 136) return 'busy'
  // 23 is "enc json load err": it could not open what was sealed with our password. 135 is a token that was turned down.
  return code === 23 || code === 45 || code === 135 ? 'unauthorized' : 'bad-reply'
}

function refusalText(code: number | null, message: string): string {
  if (refusalV2(code, message) === 'api-disabled') return enableApi
  return `the miner refused it with code ${code}`
}

export const enableApi =
  'the miner refuses writes over its API: its owner must change the admin password once, or enable the API with WhatsMinerTool'

/** Status at the top in V2, in a list in the classic replies. */
function statusOf(reply: Row): { readonly word: string; readonly code: number | null; readonly message: string } {
  const first = rows.safeParse(reply['STATUS'])
  const status = first.success ? (first.data[0] ?? {}) : reply
  return {
    word: text(status['STATUS']) ?? '',
    code: num(status['Code']),
    message: text(status['Msg']) ?? '',
  }
}

const replyV3 = z.object({ code: z.number().int().optional(), msg: z.unknown().optional() })

/** A V3 read: no login. */
export function* askV3(cmd: string, param?: string): Dialogue<Row> {
  const msg = yield* frame({ cmd, param, account: null, sealed: false })
  return inner(msg)
}

/** A V3 write, signed; `sealed` where the miner wants its parameter encrypted. */
export function* writeV3(cmd: string, param: unknown, sealed = false): Dialogue<void> {
  yield* frame({ cmd, param, account: accountV3, sealed, writes: true, timeoutMs: 10_000 })
}

function* frame(request: Omit<FrameRequest, 'kind'>): Dialogue<unknown> {
  const raw = textReply.parse(yield { kind: 'whatsminer-v3', ...request })
  const { code, msg } = yield* checked(request.cmd, raw, replyV3)
  if (code === undefined || code === 0) return msg
  if (request.account !== null && typeof msg === 'string' && /can't access write cmd|api.*(off|disabled)/i.test(msg)) {
    throw new MinerError('api-disabled', enableApi, { refusal: true })
  }
  const refusal = request.writes === true
  throw new MinerError(refusalsV3[code] ?? 'bad-reply', `the miner refused ${request.cmd} with code ${code}`, {
    refusal,
  })
}

const refusalsV3: Readonly<Record<number, MinerError['code']>> = { [-2]: 'unsupported', [-4]: 'unauthorized' }
