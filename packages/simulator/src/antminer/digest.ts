import { hash } from 'node:crypto'

const realm = 'antMiner Configuration'
const user = 'root'

export interface DigestParts {
  readonly method: string
  readonly uri: string
  readonly nonce: string
  readonly nc: string
  readonly cnonce: string
  readonly password: string
}

/** The response of HTTP digest with MD5 and qop=auth, RFC 2617 section 3.2.2. */
export function digestResponse(parts: DigestParts): string {
  const secret = md5(`${user}:${realm}:${parts.password}`)
  const what = md5(`${parts.method}:${parts.uri}`)
  return md5(`${secret}:${parts.nonce}:${parts.nc}:${parts.cnonce}:auth:${what}`)
}

interface Login {
  readonly header: string | undefined
  readonly method: string
  readonly url: string
  readonly password: string
}

export interface DigestGuard {
  /** The value of `WWW-Authenticate`. */
  challenge(now: number, stale: boolean): string
  judge(login: Login, now: number): Verdict
}

type Verdict = 'welcome' | 'stranger' | 'stale'

/** Challenges of one miner. A nonce tells when it was made, and is good for ten minutes as lighttpd has it. */
export function digestGuard(seed: number): DigestGuard {
  const seal = (stamp: string) => md5(`${stamp}:${seed}`)
  const nonceAt = (now: number) => {
    const stamp = Math.floor(now / 1000).toString(16)
    return `${stamp}:${seal(stamp)}`
  }
  return {
    challenge: (now, stale) =>
      `Digest realm="${realm}", nonce="${nonceAt(now)}", qop="auth"${stale ? ', stale=true' : ''}`,
    judge: (login, now) => {
      const given = fields(login.header)
      if (given === null || given.username !== user || given.uri !== login.url || given.qop !== 'auth')
        return 'stranger'
      const [stamp = '', sealed = ''] = given.nonce.split(':')
      const expected = digestResponse({
        ...login,
        uri: given.uri,
        nonce: given.nonce,
        nc: given.nc,
        cnonce: given.cnonce,
      })
      if (sealed !== seal(stamp) || expected !== given.response) return 'stranger'
      return now / 1000 - Number.parseInt(stamp, 16) > nonceS ? 'stale' : 'welcome'
    },
  }
}

const nonceS = 600

type Field = 'username' | 'nonce' | 'uri' | 'qop' | 'nc' | 'cnonce' | 'response'

function fields(header: string | undefined): Record<Field, string> | null {
  if (header === undefined || !/^Digest /i.test(header)) return null
  const found = new Map<string, string>()
  for (const [, name = '', quoted, bare] of header.slice(7).matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]*))/g)) {
    found.set(name.toLowerCase(), quoted ?? bare ?? '')
  }
  const field = (name: Field) => found.get(name) ?? ''
  return {
    username: field('username'),
    nonce: field('nonce'),
    uri: field('uri'),
    qop: field('qop'),
    nc: field('nc'),
    cnonce: field('cnonce'),
    response: field('response'),
  }
}

function md5(text: string): string {
  return hash('md5', text)
}
