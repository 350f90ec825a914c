import { randomBytes } from 'node:crypto'
import type { Account, Credentials, HttpReply, HttpRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import type { Place } from './cgminer.ts'
import { authorization, parseChallenge, type Challenge } from './digest.ts'
import { sendHttp, type Sending } from './http.ts'
import type { Login, Nonce, TransportMemory } from './memory.ts'

export type WebDeps = {
  readonly memory: TransportMemory
  readonly place: (port: number) => Place
  readonly credentialsOf: (account: Account) => Credentials
  readonly timeoutMs: number
}

/** HTTP with the login that a request asks for. It keeps the last nonce, so that most requests are sent once. */
export function createWeb(deps: WebDeps): (request: HttpRequest, signal: AbortSignal) => Promise<HttpReply> {
  const { memory } = deps
  const remember = (key: string, login: Login) => (memory.logins ??= new Map()).set(key, login)

  return async (request, signal) => {
    const place = deps.place(request.port)
    const timing = { timeoutMs: request.timeoutMs ?? deps.timeoutMs, signal }
    const send = async (headers: Readonly<Record<string, string>>) =>
      await sendHttp(place, sendingOf(request, headers), timing)
    if (request.account === null || request.auth === 'none') return await send({})
    const credentials = deps.credentialsOf(request.account)
    if (request.auth === 'basic') return accepted(await send({ authorization: basic(credentials) }))
    return await digest(request, credentials)

    async function digest(asked: HttpRequest, own: Credentials): Promise<HttpReply> {
      const key = `${asked.port} ${asked.account?.driver}`
      const known = memory.logins?.get(key)
      if (known && known !== 'open') {
        const reply = await send(answered(asked, own, known))
        if (reply.status !== 401) return reply
        memory.logins?.delete(key)
        const renewed = challengeIn(reply)
        // The same nonce asked for again: it is not stale, the password is wrong.
        if (renewed === null || renewed.nonce === known.challenge.nonce) throw wrongPassword()
        return await retry(asked, own, renewed)
      }
      // A page without a login would take a request for a challenge, without its body, for the real one.
      const first = known === 'open' ? await send({}) : await challenge(asked)
      if (first.status !== 401) {
        const isWhole = asked.body === null || known === 'open'
        remember(key, 'open')
        return isWhole ? first : await send({})
      }
      memory.logins?.delete(key)
      const found = challengeIn(first)
      if (found === null) throw wrongPassword()
      return await retry(asked, own, found)
    }

    async function retry(asked: HttpRequest, own: Credentials, found: Challenge): Promise<HttpReply> {
      const nonce: Nonce = { challenge: found, cnonce: randomBytes(8).toString('hex'), count: 0 }
      const reply = accepted(await send(answered(asked, own, nonce)))
      remember(`${asked.port} ${asked.account?.driver}`, nonce)
      return reply
    }

    /** The request without its body. Some lighttpd builds drop a POST without a login: a GET brings the nonce then. */
    async function challenge(asked: HttpRequest): Promise<HttpReply> {
      try {
        return await sendHttp(place, { ...sendingOf(asked, {}), body: null }, timing)
      } catch (error) {
        if (asked.method === 'GET' || !(error instanceof MinerError) || error.code !== 'closed') throw error
        return await sendHttp(place, { method: 'GET', path: asked.path, headers: {}, body: null }, timing)
      }
    }
  }
}

function sendingOf(request: HttpRequest, headers: Readonly<Record<string, string>>): Sending {
  const { method, path, body } = request
  if (body === null) return { method, path, headers, body: null }
  const type = body.type === 'json' ? 'application/json' : 'application/x-www-form-urlencoded'
  const text = body.type === 'json' ? JSON.stringify(body.value) : formText(body.fields)
  return { method, path, headers: { ...headers, 'content-type': type }, body: text }
}

function formText(fields: readonly (readonly [string, string])[]): string {
  return fields.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
}

function answered(
  request: HttpRequest,
  { user, password }: Credentials,
  nonce: Nonce,
): Readonly<Record<string, string>> {
  nonce.count += 1
  const { method, path } = request
  const { cnonce } = nonce
  return {
    authorization: authorization(nonce.challenge, { method, uri: path, user, password, count: nonce.count, cnonce }),
  }
}

function basic({ user, password }: Credentials): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function challengeIn(reply: HttpReply): Challenge | null {
  return parseChallenge(reply.headers['www-authenticate'] ?? '')
}

function accepted(reply: HttpReply): HttpReply {
  if (reply.status === 401) throw wrongPassword()
  return reply
}

/** Never tried again by itself: some firmware locks the account. */
function wrongPassword(): MinerError {
  return new MinerError('unauthorized', 'the miner does not take this password', { sent: false })
}
