import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { browserMs } from '../directory/browsers.ts'
import { sessionMs } from '../directory/sessions.ts'
import type { App } from './context.ts'

// A browser takes a __Host- cookie only with Secure and Path=/: nobody on a sibling host can set it (RFC 6265bis 4.1.3).
const nameOf = (c: Context<App>) => (c.env.TLS === 'yes' ? '__Host-headframe' : 'headframe')
const browserNameOf = (c: Context<App>) => `${nameOf(c)}-browser`

export function setSession(c: Context<App>, token: string): void {
  setCookie(c, nameOf(c), token, { ...attributes(c), maxAge: sessionMs / 1000 })
}

export function clearSession(c: Context<App>): void {
  deleteCookie(c, nameOf(c), attributes(c))
}

export function sessionOf(c: Context<App>): string | undefined {
  return getCookie(c, nameOf(c))
}

/** Stays after signing out: it tells this browser from those that only guess. */
export function setBrowser(c: Context<App>, token: string): void {
  setCookie(c, browserNameOf(c), token, { ...attributes(c), maxAge: browserMs / 1000 })
}

export function browserOf(c: Context<App>): string | undefined {
  return getCookie(c, browserNameOf(c))
}

const attributes = (c: Context<App>) =>
  ({ httpOnly: true, sameSite: 'Strict', path: '/', secure: c.env.TLS === 'yes' }) as const
