import { changeHeader } from '@headframe/protocol'
import type { Context, MiddlewareHandler } from 'hono'
import type { App } from './context.ts'
import { Problem } from './problem.ts'

/** A request that changes something carries our header and JSON, which a page of another origin cannot send unasked. */
export const changesFromHere: MiddlewareHandler<App> = async (c, next) => {
  if (c.req.method !== 'GET' && c.req.method !== 'HEAD') {
    checkOrigin(c)
    if (c.req.header(changeHeader.name) !== changeHeader.value) {
      throw new Problem('forbidden', `Changes need the header ${changeHeader.name}: ${changeHeader.value}.`)
    }
    const type = c.req.header('content-type')
    if (type !== undefined && !isJson(type)) throw new Problem('bad-input', 'The body must be JSON.')
  }
  await next()
}

/** A browser sends cookies with a WebSocket from any page: only our own may open one. */
export function checkOrigin(c: Context<App>): void {
  const site = c.req.header('sec-fetch-site')
  const origin = c.req.header('origin')
  const foreign = site !== undefined && site !== 'same-origin' && site !== 'none'
  if (foreign || (origin !== undefined && hostOf(origin) !== c.req.header('host')?.toLowerCase())) {
    throw new Problem('forbidden', 'This came from another origin.')
  }
}

const isJson = (type: string) => type.split(';')[0]?.trim().toLowerCase() === 'application/json'

/** `Host` leaves out the default port, as `URL.host` does; what is no URL is no host of ours. */
const hostOf = (origin: string) => (URL.canParse(origin) ? new URL(origin).host : null)
