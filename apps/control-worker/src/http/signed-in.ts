import type { Context, MiddlewareHandler } from 'hono'
import { directoryOf } from '../actors/names.ts'
import type { App } from './context.ts'
import { sessionOf } from './cookie.ts'
import { Problem } from './problem.ts'

/** Lets only people through, and says who. */
export const signedIn: MiddlewareHandler<App> = async (c, next) => {
  const who = await whoAsks(c)
  if (who === null) throw new Problem('unauthenticated', 'Sign in first.')
  c.set('principal', who.principal)
  c.set('token', who.token)
  await next()
}

/** The person whose session comes with a request, if one does. */
export async function whoAsks(c: Context<App>) {
  const token = sessionOf(c)
  if (token === undefined || token.length > 128) return null
  const principal = await directoryOf(c.env).whoIs(token)
  return principal && { principal, token }
}
