import { apiError, installation, me, type Me } from '@headframe/protocol'
import type { z } from 'zod'

/** A person at a control, over HTTP: keeps the cookie. */
export interface Api {
  readonly url: string
  cookie(): string
  get<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>>
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<unknown>
  /** The answer as it comes, for tests of refusals. */
  raw(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly body: unknown }>
}

export function apiAt(url: string): Api {
  let cookie = ''
  async function raw(method: string, path: string, body?: unknown) {
    const response = await fetch(url + path, {
      method,
      headers: { cookie, 'x-headframe': '1', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const set = response.headers.getSetCookie()[0]
    if (set !== undefined) cookie = set.split(';')[0] ?? ''
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  async function good(method: string, path: string, body?: unknown) {
    const answer = await raw(method, path, body)
    if (answer.status < 300) return answer.body
    const said = apiError.safeParse(answer.body)
    throw new Error(`${method} ${path}: ${answer.status} ${said.success ? said.data.error.message : JSON.stringify(answer.body)}`)
  }
  return {
    url,
    cookie: () => cookie,
    get: async (path, schema) => schema.parse(await good('GET', path)),
    send: good,
    raw,
  }
}

export const owner = { name: 'Owner', login: 'owner', password: 'a long enough password' }

/** Sets a fresh installation up and signs its owner in. */
export async function setUp(url: string, code: string): Promise<{ api: Api; me: Me; siteId: string }> {
  const api = apiAt(url)
  await api.send('POST', '/api/setup', { code, ...owner, organisation: 'North Mining', site: 'North' })
  return signedIn(api)
}

export async function signIn(url: string, who: { login: string; password: string } = owner) {
  const api = apiAt(url)
  await api.send('POST', '/api/sign-in', { login: who.login, password: who.password })
  return signedIn(api)
}

export const readInstallation = (url: string) => apiAt(url).get('/api/installation', installation)

async function signedIn(api: Api) {
  const person = await api.get('/api/me', me)
  const site = person.sites[0]
  return { api, me: person, siteId: site?.id ?? '' }
}
