import { z } from 'zod'
import type { Credentials, FrameRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { parseReply } from '../reading/repair.ts'
import type { Place } from './cgminer.ts'
import { exchange } from './socket.ts'
import { sealV3, signV3 } from './whatsminer-seal.ts'

const maxBytes = 8 * 1024 * 1024

type Timing = { readonly timeoutMs: number; readonly signal: AbortSignal }

/** One frame to port 4433 and the JSON text of the frame that comes back; signed first when the request has an account. */
export async function askV3Port(
  place: Place,
  request: FrameRequest,
  options: Timing & { credentials: Credentials | null },
): Promise<string> {
  const { credentials } = options
  const message = credentials === null ? plain(request) : await signed(place, request, { ...options, credentials })
  return await askFramed(place, message, options)
}

function plain({ cmd, param }: FrameRequest): object {
  return param === undefined ? { cmd } : { cmd, param }
}

/** The salt is the miner's, and so is the time: its clock need not be ours. */
async function signed(
  place: Place,
  request: FrameRequest,
  options: Timing & { credentials: Credentials },
): Promise<object> {
  const { cmd, param, sealed } = request
  const { user, password } = options.credentials
  const { salt, ts } = await fetchSalt(place, options)
  const { token, aesKey } = signV3({ cmd, password, salt, ts })
  const own = param === undefined ? {} : { param: sealed ? sealV3(param, aesKey) : param }
  return { cmd, ts, token, account: user, ...own }
}

const saltReply = z.object({ when: z.number().int(), msg: z.object({ salt: z.string().max(64) }) })

/** Nothing is written here: whatever fails has not acted. */
async function fetchSalt(place: Place, timing: Timing): Promise<{ readonly salt: string; readonly ts: number }> {
  try {
    const text = await askFramed(place, { cmd: 'get.device.info', param: 'salt' }, timing)
    const reply = saltReply.safeParse(parseReply(text).value)
    if (!reply.success) throw new MinerError('bad-reply', 'the miner gave no salt')
    return { salt: reply.data.msg.salt, ts: reply.data.when }
  } catch (error) {
    if (!(error instanceof MinerError)) throw error
    throw new MinerError(error.code, error.message, { cause: error, sent: false })
  }
}

async function askFramed(place: Place, message: object, { timeoutMs, signal }: Timing): Promise<string> {
  const received = await exchange(
    { ...place, send: frameOf(message), timeoutMs, maxBytes: maxBytes + 4, isWhole, keepsPart: false },
    signal,
  )
  const length = received.readUInt32LE(0)
  if (length > maxBytes) throw new MinerError('bad-reply', 'the reply is no frame: its length cannot be')
  return received.toString('utf8', 4, 4 + length)
}

/** A length of four bytes, the least first, then JSON. */
export function frameOf(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message))
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

function isWhole(received: Buffer): boolean {
  return (
    received.length >= 4 && (received.length >= 4 + received.readUInt32LE(0) || received.readUInt32LE(0) > maxBytes)
  )
}
