import { z } from 'zod'
import { command } from './command.ts'
import { commandEntry } from './dashboard.ts'
import { commandId, controlId, minerId, orgId, personId, relayId, siteId } from './ids.ts'
import { noteLevel } from './event.ts'
import { gapReason } from './link/message.ts'
import { role } from './rights.ts'

const name = z.string().trim().min(1).max(80)
const login = z.string().trim().toLowerCase().min(1).max(120)
const password = z.string().min(10).max(256)

/** The one shape of an error answer. `field` names the input at fault. */
export const apiError = z.object({
  error: z.object({
    code: z.enum([
      'bad-input',
      'unauthenticated',
      'forbidden',
      'not-found',
      'conflict',
      'too-many',
      'unavailable',
      'internal',
    ]),
    message: z.string(),
    field: z.string().optional(),
    /** With `too-many`: when to try again. */
    retryAfterS: z.number().int().optional(),
  }),
})
export type ApiError = z.infer<typeof apiError>
export type ApiErrorCode = ApiError['error']['code']

/** GET /api/installation: open to all. */
export const installation = z.object({
  control: controlId,
  setUp: z.boolean(),
  /** Whether whoever asks is signed in: a page need not try what would be refused. */
  signedIn: z.boolean(),
  demo: z.boolean(),
  local: z.boolean(),
  version: z.string(),
})

/** POST /api/setup: makes the owner of a fresh installation. */
export const setup = z.object({ code: z.string().max(64), name, login, password, organisation: name, site: name })
/** POST /api/sign-in */
export const signIn = z.object({ login, password: z.string().min(1).max(256) })

export const siteEntry = z.object({ id: siteId, org: orgId, name, role })
export type SiteEntry = z.infer<typeof siteEntry>
/** GET /api/me */
export const me = z.object({
  id: personId,
  name,
  login,
  /** The owner of the installation may add organisations. */
  installationOwner: z.boolean(),
  orgs: z.array(z.object({ id: orgId, name, role: role.nullable() })),
  sites: z.array(siteEntry),
})
export type Me = z.infer<typeof me>

/** POST /api/me/password */
export const changePassword = z.object({ current: z.string().min(1).max(256), next: password })

/** POST /api/orgs, POST /api/orgs/:org/sites */
export const create = z.object({ name })
/** Answers to the two. */
export const createdOrg = z.object({ id: orgId, name })
export const createdSite = z.object({ id: siteId, org: orgId, name })

/** GET /api/orgs/:org/people */
export const personEntry = z.object({
  id: personId,
  name,
  login,
  role: role.nullable(),
  /** Roles at single sites, where they differ. */
  siteRoles: z.array(z.object({ site: siteId, role })),
})
export type PersonEntry = z.infer<typeof personEntry>
export const peopleList = z.object({ people: z.array(personEntry) })
/** POST /api/orgs/:org/people: adds a person; a first password is theirs to change. */
export const addPerson = z.object({ name, login, password, role: role.nullable() })
export const addedPerson = z.object({ id: personId })
/** PUT /api/orgs/:org/people/:person/role: `site` absent for the organisation; `role` null takes it away. */
export const setRole = z.object({ site: siteId.optional(), role: role.nullable() })

/** One more box of a relay. */
const relayBox = z.object({ name, enrolledAt: z.number(), fingerprint: z.string() })
/** GET /api/orgs/:org/relays */
export const relayEntry = z.object({
  id: relayId,
  site: siteId,
  name,
  enrolledAt: z.number(),
  revokedAt: z.number().nullable(),
  /** Last eight characters of its public key, to compare with what the box prints. */
  fingerprint: z.string(),
  /** Further boxes that may speak for it, one at a time [S4]; absent without a standby. */
  standbys: z.array(relayBox).optional(),
})
export type RelayEntry = z.infer<typeof relayEntry>
export const relayList = z.object({ relays: z.array(relayEntry) })

/** POST /api/orgs/:org/enrolments: a code for one relay, or for a standby of one that there is; shown once. */
export const createEnrolment = z.object({ site: siteId, name, standbyOf: relayId.optional() })
export const enrolment = z.object({ code: z.string(), expiresAt: z.number() })
/** POST /api/enrol: a relay with such a code makes itself known. The public key is the raw 32 bytes, base64. */
export const enrol = z.object({
  code: z.string().max(64),
  publicKey: z.string().max(64),
  instance: z.string().max(128),
})
export const enrolled = z.object({ control: controlId, relay: relayId, site: siteId })
export type Enrolled = z.infer<typeof enrolled>

/** POST /api/sites/:site/commands: one command for each miner. The ids are the caller's, so that a repeat asks nothing twice. */
export const askCommands = z.object({
  command,
  miners: z
    .array(z.object({ id: commandId, miner: minerId }))
    .min(1)
    .max(1000),
  ttlMs: z.number().int().min(1000).max(3_600_000).default(60_000),
})
/** GET /api/sites/:site/commands?miner= */
export const commandList = z.object({ commands: z.array(commandEntry) })

const sum = z.number().nonnegative().nullable()
/** A site at one moment of its past. Sums are over the miners whose readings were fresh then; `null` when none told it. */
export const historyPoint = z.object({
  at: z.number().int(),
  hashrateHs: sum,
  expectedHashrateHs: sum,
  powerW: sum,
  miners: z.number().int().min(0),
  /** Of these, in the states of the same names. */
  hashing: z.number().int().min(0),
  offline: z.number().int().min(0),
})
export type HistoryPoint = z.infer<typeof historyPoint>

/** A time without points of one relay. `pending`: the relay has not sent it, and may yet. */
export const historyGap = z.object({
  relay: relayId,
  fromAt: z.number().int(),
  toAt: z.number().int(),
  reason: z.enum([...gapReason.options, 'pending']),
})
export type HistoryGap = z.infer<typeof historyGap>

/** GET /api/sites/:site/history?from=&to=, epoch ms: points from the oldest, one for each `stepMs` where there is any. */
export const siteHistory = z.object({
  stepMs: z.number().int().min(1000),
  points: z.array(historyPoint).max(2000),
  gaps: z.array(historyGap).max(1000),
})
export type SiteHistory = z.infer<typeof siteHistory>

/** What a relay noted of itself, at a time by the clock of control. */
export const siteNote = z.object({
  relay: relayId,
  at: z.number(),
  level: noteLevel,
  code: z.string(),
  text: z.string(),
})

/** Events of one relay that are missing or were put aside, and when the last of them was. */
const lostEvents = z.object({ relay: relayId, events: z.number().min(0), lastAt: z.number() })
export type LostEvents = z.infer<typeof lostEvents>

export const mostNotes = 100
/** GET /api/sites/:site/notes: the newest notes first. `gaps` never came [S5]; `quarantined` did not fit their schema [S6]. */
export const siteNotes = z.object({
  notes: z.array(siteNote).max(mostNotes),
  gaps: z.array(lostEvents),
  quarantined: z.array(lostEvents),
})
export type SiteNotes = z.infer<typeof siteNotes>
