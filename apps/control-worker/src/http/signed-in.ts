import type { MiddlewareHandler } from 'hono'
import { directoryOf } from '../actors/names.ts'
import type { App } from './context.ts'
import { sessionOf } from './cookie.ts'
import { Problem } from './problem.ts'

/** Lets only people through, and says who. */
export const signedIn: MiddlewareHandler<App> = async (c, next) => {
  const token = sessionOf(c)
  const principal = token === undefined || token.length > 128 ? null : await directoryOf(c.env).whoIs(token)
  if (principal === null || token === undefined) throw new Problem('unauthenticated', 'Sign in first.')
  c.set('principal', principal)
  c.set('token', token)
  await next()
}
