import type { Directory } from './actors/directory.ts'
import type { OrgActor } from './actors/org-actor.ts'
import type { SiteActor } from './actors/site-actor.ts'

type YesNo = 'yes' | 'no'

/** What the worker is bound to: `wrangler.toml` when hosted, the local front on a box. */
export interface Env {
  readonly DIRECTORY: DurableObjectNamespace<Directory>
  readonly ORG: DurableObjectNamespace<OrgActor>
  readonly SITE: DurableObjectNamespace<SiteActor>
  readonly ASSETS: Fetcher
  /** It runs on a box at the site. */
  readonly LOCAL: YesNo
  /** People reach it over TLS: nothing in a request can tell us. */
  readonly TLS: YesNo
  readonly DEMO: YesNo
  /** Given by whoever makes the owner. Without it the installation cannot be set up. */
  readonly SETUP_CODE?: string
  /** Enrols the relays of this box at the first site. */
  readonly LOCAL_CODE?: string
}

declare global {
  namespace Cloudflare {
    interface Env {
      readonly DIRECTORY: DurableObjectNamespace<Directory>
      readonly ORG: DurableObjectNamespace<OrgActor>
      readonly SITE: DurableObjectNamespace<SiteActor>
    }
  }
}
