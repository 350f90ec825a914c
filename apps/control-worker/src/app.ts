import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { paths } from '@headframe/protocol'
import type { App } from './http/context.ts'
import { answerError, answerProblem, notFound, Problem } from './http/problem.ts'
import { changesFromHere } from './http/same-origin.ts'
import { securityHeaders } from './http/security-headers.ts'
import { signedIn } from './http/signed-in.ts'
import { account } from './routes/account.ts'
import { link } from './routes/link.ts'
import { orgs } from './routes/orgs.ts'
import { enrolment, relays } from './routes/relays.ts'
import { sites } from './routes/sites.ts'

/** A thousand commands are a tenth of this. */
const maxBodyBytes = 1024 * 1024

const tooLarge = () => {
  throw new Problem('bad-input', `A body has at most ${maxBodyBytes} bytes.`)
}

export const app = new Hono<App>()
  .onError(answerError)
  .use(securityHeaders)
  .use('/api/*', bodyLimit({ maxSize: maxBodyBytes, onError: tooLarge }))
  .route(paths.enrol, enrolment)
  .route('/api/link', link)
  .use('/api/*', changesFromHere)
  .route('/', account)
  .use('/api/orgs/*', signedIn)
  .route(paths.orgs, orgs)
  .route(paths.orgs, relays)
  .use('/api/sites/*', signedIn)
  .route('/api/sites', sites)
  .all('/api/*', c => answerProblem(c, notFound()))
  .get('*', c => c.env.ASSETS.fetch(c.req.raw))
  .notFound(c => answerProblem(c, notFound()))
