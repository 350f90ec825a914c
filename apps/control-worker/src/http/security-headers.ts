import type { MiddlewareHandler } from 'hono'
import type { App } from './context.ts'

const headers = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** On every answer but the switch to a WebSocket, whose headers cannot be changed. */
export const securityHeaders: MiddlewareHandler<App> = async (c, next) => {
  await next()
  if (c.res.status === 101) return
  // Answers of the assets binding cannot be written to.
  const response = new Response(c.res.body, c.res)
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  // Not on a box: there the same name may be served without TLS tomorrow.
  if (c.env.LOCAL !== 'yes') response.headers.set('strict-transport-security', 'max-age=31536000')
  if (c.req.path.startsWith('/api/')) response.headers.set('cache-control', 'no-store')
  c.res = undefined
  c.res = response
}
