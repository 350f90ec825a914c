import { z } from 'zod'
import type { WhatsminerModel } from '../model.ts'
import { text } from '../random.ts'
import type { Answer, Inside } from '../protocol.ts'
import { decrypted } from './cipher.ts'
import { errorCodes } from './error-codes.ts'
import type { Whatsminer } from './v2-reads.ts'
import { infoParts, statusParts } from './v3-reads.ts'
import { v3Digest, v3Token } from './v3-token.ts'

export interface V3 {
  readonly inside: Inside
  readonly model: WhatsminerModel
  readonly salt: string
}

export function v3Of(inside: Inside, model: WhatsminerModel): V3 {
  return { inside, model, salt: text({ seed: inside.identity.seed, channel: 660 }, 8, letters) }
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

// Codes of every answer of API 3.
const code = { ok: 0, failed: -1, unknown: -2, missing: -3, refused: -4 } as const

const request = z.looseObject({
  cmd: z.string().max(64),
  param: z.unknown().optional(),
  ts: z.number().optional(),
  token: z.string().max(64).optional(),
  account: z.string().max(64).optional(),
})
type Request = z.infer<typeof request>

/** Port 4433, API 3: reads for anyone; writes bear a token of the moment. */
export function answerV3(v3: V3, given: unknown): Answer {
  const asked = request.safeParse(given)
  if (!asked.success) return said(v3, { code: code.failed, desc: '', msg: 'json load err' })
  switch (asked.data.cmd) {
    case 'get.device.info':
      return read(v3, asked.data, { parts: infoParts, isWhole: true })
    case 'get.miner.status':
      return read(v3, asked.data, { parts: statusParts, isWhole: false })
    case 'set.system.reboot':
    case 'set.system.led':
    case 'set.miner.pools':
    case 'set.miner.service':
      return isSigned(v3, asked.data)
        ? write(v3, asked.data)
        : reply(v3, asked.data, { code: code.refused, msg: 'invalid token' })
    default:
      return reply(v3, asked.data, { code: code.unknown, msg: 'unknown command' })
  }
}

interface Readable {
  readonly parts: typeof infoParts
  /** Gives all when no part is named. */
  readonly isWhole: boolean
}

function read(v3: V3, asked: Request, from: Readable): Answer {
  if (asked.param === undefined && !from.isWhole)
    return reply(v3, asked, { code: code.missing, msg: 'param is missing' })
  const miner = { model: v3.model, identity: v3.inside.identity, at: v3.inside.snapshot() }
  const names = typeof asked.param === 'string' ? asked.param.split('+') : wholeOf(miner, from)
  const told = names.flatMap(name => {
    const part = from.parts[name]
    return part === undefined ? [] : [[name, part(miner, v3.salt)] as const]
  })
  if (told.length < names.length) return reply(v3, asked, { code: code.failed, msg: 'invalid param' })
  return reply(v3, asked, { code: code.ok, msg: Object.fromEntries(told) })
}

// Asked for all, it tells of errors only when there are some.
function wholeOf(miner: Whatsminer, from: Readable): readonly string[] {
  return Object.keys(from.parts).filter(name => name !== 'error-code' || errorCodes(miner.at).length > 0)
}

// How far the clock of who asks may be from the miner's.
const mostClockErrorS = 300

function isSigned(v3: V3, asked: Request): boolean {
  const { cmd, ts, token, account } = asked
  if (ts === undefined || account !== 'super' || !v3.inside.identity.writeApi) return false
  if (Math.abs(v3.inside.now() / 1000 - ts) > mostClockErrorS) return false
  return token === v3Token({ cmd, ts, salt: v3.salt, password: v3.inside.password('super') })
}

function write(v3: V3, asked: Request): Answer {
  const ok = () => reply(v3, asked, { code: code.ok, msg: 'ok' })
  switch (asked.cmd) {
    case 'set.system.reboot':
      return { ...ok(), after: () => v3.inside.reboot() }
    case 'set.system.led':
      return led(v3, asked) ? ok() : reply(v3, asked, { code: code.failed, msg: 'invalid param' })
    case 'set.miner.pools':
      return setPools(v3, asked) ? ok() : reply(v3, asked, { code: code.failed, msg: 'invalid param' })
    default:
      if (asked.param !== 'restart') return reply(v3, asked, { code: code.failed, msg: 'invalid param' })
      v3.inside.restartMining()
      return ok()
  }
}

const ledParam = z.union([
  z.literal('auto'),
  z
    .array(z.object({ color: z.enum(['red', 'green']), period: z.number(), duration: z.number(), start: z.number() }))
    .min(1),
])

function led(v3: V3, asked: Request): boolean {
  const param = ledParam.safeParse(asked.param)
  if (!param.success) return false
  v3.inside.locate(param.data !== 'auto')
  return true
}

const field = z.string().max(256)
const poolRows = z
  .array(z.object({ pool: field, worker: field, passwd: field }))
  .min(1)
  .max(3)

// The rows are encrypted under the digest that the token is the beginning of.
function setPools(v3: V3, asked: Request): boolean {
  if (typeof asked.param !== 'string' || asked.param.length > 8_192 || asked.ts === undefined) return false
  const signing = { cmd: asked.cmd, ts: asked.ts, salt: v3.salt, password: v3.inside.password('super') }
  const rows = poolRows.safeParse(parsed(decrypted(asked.param, v3Digest(signing))))
  if (!rows.success) return false
  v3.inside.setPools(rows.data.map(row => ({ url: row.pool, user: row.worker, password: row.passwd })))
  v3.inside.restartMining()
  return true
}

function reply(v3: V3, asked: Request, status: { code: number; msg: unknown }): { text: string } {
  return said(v3, { ...status, desc: asked.cmd })
}

function said(v3: V3, answer: { code: number; desc: string; msg: unknown }): { text: string } {
  const when = Math.floor(v3.inside.now() / 1000)
  return { text: JSON.stringify({ code: answer.code, when, msg: answer.msg, desc: answer.desc }) }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
