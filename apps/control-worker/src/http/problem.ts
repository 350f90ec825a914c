import type { ApiError, ApiErrorCode } from '@headframe/protocol'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

const statuses: Readonly<Record<ApiErrorCode, ContentfulStatusCode>> = {
  'bad-input': 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
}

/** Ends a request with the one shape of error. */
export class Problem extends Error {
  readonly code: ApiErrorCode
  readonly more: { readonly field?: string; readonly retryAfterS?: number }

  constructor(code: ApiErrorCode, message: string, more: Problem['more'] = {}) {
    super(message)
    this.code = code
    this.more = more
  }
}

/** What is not there and what is another's look alike [X6]. */
export const notFound = () => new Problem('not-found', 'There is no such thing.')

export function answerProblem(c: Context, { code, message, more }: Problem): Response {
  if (more.retryAfterS !== undefined) c.header('retry-after', String(more.retryAfterS))
  const body: ApiError = { error: { code, message, ...more } }
  return c.json(body, statuses[code])
}

/** For `app.onError`: what was not expected is logged here, and told to nobody. */
export function answerError(error: Error, c: Context): Response {
  if (error instanceof Problem) return answerProblem(c, error)
  if (error instanceof HTTPException && error.status < 500) {
    return answerProblem(c, new Problem('bad-input', 'The request could not be read.'))
  }
  // oxlint-disable-next-line no-console -- the log of a worker
  console.error('request failed', c.req.method, c.req.routePath, error)
  return answerProblem(c, new Problem('internal', 'Something went wrong here. It was written down.'))
}
