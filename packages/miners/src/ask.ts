import { z } from 'zod'
import type { CgminerRequest, Dialogue, HttpReply, HttpRequest, Request } from './driver.ts'
import { endsAll, MinerError, type MinerErrorCode } from './miner-error.ts'
import { num } from './reading/number.ts'
import { parseReply } from './reading/repair.ts'
import { isRow, type Row } from './reading/rows.ts'

/** Asks on port 4028 and checks the answer. `name` is the command. */
export function* askCgminer<T>(name: string, schema: z.ZodType<T>, extra: CgminerRequest['body'] = {}): Dialogue<T> {
  const reply = yield { kind: 'cgminer', body: { command: name, ...extra } }
  const value = yield* parsed(name, textReply.parse(reply))
  const refused = refusalIn(value)
  if (refused) {
    const code = num(refused['Code'])
    throw new MinerError(refusals.get(code) ?? 'bad-reply', `${name} was refused with code ${code}`)
  }
  return fitting(name, value, schema)
}

/** E and F are errors; S, I and W come with data (cgminer's API-README). By hand: nearly every reply is none. */
function refusalIn(value: unknown): Row | null {
  const status = isRow(value) ? value['STATUS'] : null
  const [first] = Array.isArray(status) && status.length === 1 ? status : []
  return isRow(first) && (first['STATUS'] === 'E' || first['STATUS'] === 'F') ? first : null
}

/** Invalid command; access denied. */
const refusals: ReadonlyMap<number | null, MinerErrorCode> = new Map([
  [14, 'unsupported'],
  [45, 'unauthorized'],
])

/** Asks over HTTP and checks the JSON in the answer. A status of 404 means that the firmware lacks it. */
export function* askHttp<T>(request: HttpRequest, schema: z.ZodType<T>): Dialogue<T> {
  const reply = yield* http(request)
  return yield* checked(request.path, reply.body, schema)
}

/** The answer itself, for those that are no JSON. */
export function* http(request: HttpRequest): Dialogue<HttpReply> {
  const reply = httpReply.parse(yield request)
  const refusal = request.writes === true
  if (reply.status === 404 || reply.status === 405) {
    throw new MinerError('unsupported', `${request.path} is not there`, { refusal })
  }
  if (reply.status === 401 || reply.status === 403) {
    throw new MinerError('unauthorized', `${request.path} was refused with ${reply.status}`, { refusal })
  }
  if (reply.status >= 400) {
    // A client error is a refusal; after a server error a write may have acted all the same.
    throw new MinerError('bad-reply', `${request.path} was answered with ${reply.status}`, {
      refusal: refusal && reply.status < 500,
    })
  }
  return reply
}

/** `null` where the answer is not to be had: not supported, no login, closed port, broken text. */
export function* optional<T>(dialogue: Dialogue<T>): Dialogue<T | null> {
  try {
    return yield* dialogue
  } catch (error) {
    if (error instanceof MinerError && !endsAll(error)) return null
    throw error
  }
}

export function* checked<T>(name: string, reply: string, schema: z.ZodType<T>): Dialogue<T> {
  return fitting(name, yield* parsed(name, reply), schema)
}

function* parsed(name: string, reply: string): Dialogue<unknown> {
  const { value, partial } = parseReply(reply)
  if (partial)
    yield { kind: 'note', text: `the reply to ${name} was cut off: some values are missing` } satisfies Request
  return value
}

function fitting<T>(name: string, value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value)
  if (!result.success) throw new MinerError('bad-reply', `the reply to ${name} has not the shape of one`)
  return result.data
}

export const textReply = z.string()
export const httpReply = z.object({
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
})
