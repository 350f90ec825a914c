import { apiError, changeHeader, type ApiErrorCode } from '@headframe/protocol'

/** How the dashboard reaches its origin; tests give their own. */
export type Fetch = (path: string, init: RequestInit) => Promise<Response>

export class ApiFailure extends Error {
  readonly code: ApiErrorCode | 'unreachable' | 'bad-answer'
  /** The input at fault, where the answer names one. */
  readonly field: string | null

  constructor(code: ApiFailure['code'], message: string, more: { field?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: more.cause })
    this.name = 'ApiFailure'
    this.code = code
    this.field = more.field ?? null
  }
}

/** Anything with zod's `safeParse`: the dashboard takes its schemas from protocol only. */
interface Schema<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: Error }
}

export interface Call<T> {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** Checks the answer; absent when the answer says nothing but that it is done. */
  readonly answer?: Schema<T>
}

const longestWaitMs = 20_000

/** One request to the API. Throws `ApiFailure` with a code to branch on and a sentence to show. */
export async function request<T = undefined>(call: Call<T>, fetch: Fetch): Promise<T> {
  const response = await send(call, fetch)
  const body = await bodyOf(response)
  if (!response.ok) throw failureOf(response.status, body)
  return answerOf(call, body)
}

async function send<T>(call: Call<T>, fetch: Fetch): Promise<Response> {
  const method = call.method ?? 'GET'
  const changes = { [changeHeader.name]: changeHeader.value, 'content-type': 'application/json' }
  const headers: Record<string, string> = method === 'GET' ? {} : changes
  const body = method === 'GET' ? null : JSON.stringify(call.body ?? {})
  try {
    const signal = AbortSignal.timeout(longestWaitMs)
    return await fetch(call.path, { method, headers, body, signal, credentials: 'same-origin', cache: 'no-store' })
  } catch (cause) {
    throw new ApiFailure('unreachable', 'Headframe does not answer. Check the connection and try again.', { cause })
  }
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text()
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failureOf(status: number, body: unknown): ApiFailure {
  const told = apiError.safeParse(body)
  if (!told.success) return new ApiFailure('bad-answer', `Headframe answered with status ${status} and no reason.`)
  const { code, message, field } = told.data.error
  return new ApiFailure(code, message, { field })
}

function answerOf<T>(call: Call<T>, body: unknown): T
function answerOf(call: Call<unknown>, body: unknown): unknown {
  if (!call.answer) return undefined
  const parsed = call.answer.safeParse(body)
  if (parsed.success) return parsed.data
  throw new ApiFailure('bad-answer', 'Headframe answered in a way this page does not know. Reload it.', {
    cause: parsed.error,
  })
}
