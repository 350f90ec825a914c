import { cgminerDoor } from '../cgminer.ts'
import { httpDoor, type HttpAnswer, type HttpRequest, type Respond } from '../http.ts'
import type { AntminerModel } from '../model.ts'
import type { Door, Inside } from '../protocol.ts'
import { digestGuard } from './digest.ts'
import { formPages } from './form-pages.ts'
import { jsonPages } from './json-pages.ts'
import { answerRpc } from './rpc.ts'
import { webOf, type Web } from './web.ts'

/** Stock Bitmain firmware: the cgminer API for reading, and a web server behind a digest login. */
export function antminerDoors(inside: Inside, model: AntminerModel): readonly Door[] {
  const { identity } = inside
  return [
    cgminerDoor(inside, {
      endsWithNul: true,
      respond: request => answerRpc({ model, identity, at: inside.snapshot() }, request),
    }),
    httpDoor(inside, guarded(inside, model)),
  ]
}

function guarded(inside: Inside, model: AntminerModel): Respond {
  const guard = digestGuard(inside.identity.seed)
  const web = webOf(inside, model)
  return request => {
    const header = request.headers.authorization
    if (model.dropsStrangersPost && request.method === 'POST' && header === undefined) return null
    const login = { header, method: request.method, url: request.url, password: inside.password('root') }
    const verdict = guard.judge(login, inside.now())
    if (verdict === 'welcome') return page(web, request)
    const challenge = guard.challenge(inside.now(), verdict === 'stale')
    return { status: 401, type: 'text/html', headers: { 'www-authenticate': challenge }, text: unauthorized }
  }
}

const unauthorized =
  '<html><head><title>401 - Unauthorized</title></head><body><h1>401 - Unauthorized</h1></body></html>'

function page(web: Web, request: HttpRequest): HttpAnswer | null {
  if (request.path === '/') return { status: 200, type: 'text/html', text: '<title>Antminer</title>' }
  return web.model.web === 'json' ? jsonPages(web, request) : formPages(web, request)
}
