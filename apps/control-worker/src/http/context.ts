import type { Principal } from '../directory/sessions.ts'
import type { Env } from '../env.ts'

/** What Hono's contexts carry in this app. */
export interface App {
  Bindings: Env
  Variables: {
    /** Set by `signedIn`. */
    principal: Principal
    token: string
  }
}
