import type { OrgId, PersonId, RelayId, SiteId } from './ids.ts'

/** Every route of control, in one place for the one that serves it and those that call it. */
export const paths = {
  /** GET, open to all: `installation` */
  installation: '/api/installation',
  /** POST `setup` */
  setup: '/api/setup',
  /** POST `signIn` */
  signIn: '/api/sign-in',
  /** POST */
  signOut: '/api/sign-out',
  /** POST: ends every session of the person, this one too. */
  signOutEverywhere: '/api/sign-out-everywhere',
  /** GET: `me` */
  me: '/api/me',
  /** POST `changePassword` */
  password: '/api/me/password',
  /** POST `create` */
  orgs: '/api/orgs',
  /** POST `create` */
  sites: (org: OrgId) => `/api/orgs/${org}/sites`,
  /** GET: `peopleList`, POST `addPerson` */
  people: (org: OrgId) => `/api/orgs/${org}/people`,
  /** PUT `setRole` */
  personRole: (org: OrgId, person: PersonId) => `/api/orgs/${org}/people/${person}/role`,
  /** GET: `relayList` */
  relays: (org: OrgId) => `/api/orgs/${org}/relays`,
  /** DELETE: revokes its key, for good. */
  relay: (org: OrgId, relay: RelayId) => `/api/orgs/${org}/relays/${relay}`,
  /** DELETE: takes one of its boxes away; the relay goes on with the others. */
  relayBox: (org: OrgId, relay: RelayId, fingerprint: string) =>
    `/api/orgs/${org}/relays/${relay}/box?fingerprint=${encodeURIComponent(fingerprint)}`,
  /** POST `createEnrolment`: `enrolment` */
  enrolments: (org: OrgId) => `/api/orgs/${org}/enrolments`,
  /** POST `enrol`: `enrolled`. Called by a relay: no cookie, no header of ours. */
  enrol: '/api/enrol',
  /** GET with `?miner=`: `commandList`, POST `askCommands`: `commandList` */
  commands: (site: SiteId) => `/api/sites/${site}/commands`,
  /** GET with `?from=&to=`, epoch ms: `siteHistory` */
  history: (site: SiteId) => `/api/sites/${site}/history`,
  /** GET: `siteNotes` */
  notes: (site: SiteId) => `/api/sites/${site}/notes`,
  /** WebSocket of a dashboard: `toDashboard`, `fromDashboard`. */
  socket: (site: SiteId) => `/api/sites/${site}/socket`,
  /** WebSocket of a relay: `link/message.ts`. */
  link: (relay: RelayId) => `/api/link?relay=${relay}`,
} as const

/** Sent as `x-headframe: 1` with every request that changes something: a page of another origin cannot. */
export const changeHeader = { name: 'x-headframe', value: '1' } as const
