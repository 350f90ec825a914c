import { exports } from 'cloudflare:workers'
import { addedPerson, me, paths, type OrgId, type PersonId, type Role, type SiteId } from '@headframe/protocol'

export const origin = 'http://mine.local:8787'
export const password = 'correct horse battery'

export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers: Headers
}

interface Sending {
  readonly body?: unknown
  /** Beside or instead of those that our own page sends. */
  readonly headers?: Record<string, string>
}

/** A browser: it keeps its cookie, and says where it comes from. */
export class Browser {
  cookie: string | null = null
  /** The cookie that it keeps after signing out. */
  known: string | null = null

  async send(method: string, path: string, { body, headers }: Sending = {}): Promise<Answer> {
    const response = await exports.default.fetch(`${origin}${path}`, {
      method,
      headers: { ...this.#headers(method), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    this.#keep(response)
    return { status: response.status, body: await readBody(response), headers: response.headers }
  }

  get = (path: string) => this.send('GET', path)
  post = (path: string, body: unknown = {}) => this.send('POST', path, { body })
  put = (path: string, body: unknown) => this.send('PUT', path, { body })
  delete = (path: string) => this.send('DELETE', path)

  /** Opens a WebSocket, or tells why not. */
  async socket(path: string, headers: Record<string, string> = {}): Promise<WebSocket | Answer> {
    const response = await exports.default.fetch(`${origin}${path}`, {
      headers: { ...this.#headers('GET'), upgrade: 'websocket', ...headers },
    })
    const ws = response.webSocket
    if (ws === null) return { status: response.status, body: await readBody(response), headers: response.headers }
    return ws
  }

  #headers(method: string): Record<string, string> {
    const cookies = [this.cookie, this.known].filter(cookie => cookie !== null)
    return {
      host: new URL(origin).host,
      'sec-fetch-site': 'same-origin',
      ...(method === 'GET' ? {} : { origin, 'x-headframe': '1', 'content-type': 'application/json' }),
      ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }),
    }
  }

  #keep(response: Response): void {
    for (const set of response.headers.getSetCookie()) {
      const [pair = ''] = set.split(';')
      if (pair.startsWith('headframe-browser=')) this.known = pair
      else this.cookie = pair.endsWith('=') ? null : pair
    }
  }
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
}

/** Sets the installation up; the browser of its owner. */
export async function setUp(): Promise<{ owner: Browser; org: OrgId; site: SiteId; person: PersonId }> {
  const owner = new Browser()
  const done = await owner.post(paths.setup, {
    code: 'setup-code',
    name: 'Olga Owner',
    login: 'olga',
    password,
    organisation: 'North Mines',
    site: 'Boden',
  })
  if (done.status !== 200) throw new Error(JSON.stringify(done.body))
  const about = me.parse((await owner.get(paths.me)).body)
  const [site] = about.sites
  if (site === undefined) throw new Error('set up without a site')
  return { owner, org: site.org, site: site.id, person: about.id }
}

/** Adds a person and signs in as that. */
export async function join(
  owner: Browser,
  org: OrgId,
  person: { login: string; role: Role | null },
): Promise<Browser & { id: PersonId }> {
  const added = await owner.post(paths.people(org), { name: `Name of ${person.login}`, password, ...person })
  const { id } = addedPerson.parse(added.body)
  const browser = new Browser()
  const signed = await browser.post(paths.signIn, { login: person.login, password })
  if (signed.status !== 200) throw new Error(JSON.stringify(signed.body))
  return Object.assign(browser, { id })
}
