import { apiError, changeHeader, installation, me, paths, type Me, type SiteId } from '@headframe/protocol'
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

function apiAt(url: string): Api {
  let cookie = ''
  async function raw(method: string, path: string, body?: unknown) {
    const response = await fetch(url + path, {
      method,
      headers: {
        cookie,
        [changeHeader.name]: changeHeader.value,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
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
    throw new Error(
      `${method} ${path}: ${answer.status} ${said.success ? said.data.error.message : JSON.stringify(answer.body)}`,
    )
  }
  return {
    url,
    cookie: () => cookie,
    get: async (path, schema) => schema.parse(await good('GET', path)),
    send: good,
    raw,
  }
}

export interface SignedIn {
  readonly api: Api
  readonly me: Me
  /** The first site that this person may see. */
  readonly site: SiteId
}

export const owner = { name: 'Owner', login: 'owner', password: 'a long enough password' }

/** Sets a fresh installation up and signs its owner in. */
export async function setUp(url: string, code: string): Promise<SignedIn> {
  const api = apiAt(url)
  await api.send('POST', paths.setup, { code, ...owner, organisation: 'North Mining', site: 'North' })
  return signedIn(api)
}

export async function signIn(url: string, who: { login: string; password: string } = owner): Promise<SignedIn> {
  const api = apiAt(url)
  await api.send('POST', paths.signIn, { login: who.login, password: who.password })
  return signedIn(api)
}

export const readInstallation = (url: string) => apiAt(url).get(paths.installation, installation)

async function signedIn(api: Api): Promise<SignedIn> {
  const person = await api.get(paths.me, me)
  const site = person.sites[0]
  if (site === undefined) throw new Error(`${person.login} may see no site`)
  return { api, me: person, site: site.id }
}
