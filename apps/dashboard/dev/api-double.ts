import {
  addPerson,
  controlId,
  createEnrolment,
  includesRole,
  orgId,
  paths,
  personId,
  relayId,
  setRole,
  setup,
  signIn,
  siteId,
  type Me,
  type PersonEntry,
  type RelayEntry,
  type Role,
  type SiteNotes,
} from '@headframe/protocol'
import { generatedRelay } from './mine.ts'

export const site = siteId.parse('site_north0000000000000')
const south = siteId.parse('site_south0000000000000')
const org = orgId.parse('org_acme00000000000000')
const owner = personId.parse('person_ada0000000000000')

export interface Reply {
  readonly status: number
  readonly body?: unknown
}

/** The HTTP side of control, enough to try every screen. The password of everyone is `correct horse`. */
export class ApiDouble {
  setUp = true
  signedIn = true
  role: Role = 'owner'
  /** Other than `role` for who has a right to single sites only. */
  orgRole: Role | null | undefined = undefined
  sites: readonly { id: typeof site; name: string }[] = [
    { id: site, name: 'North' },
    { id: south, name: 'South' },
  ]
  notes: SiteNotes = {
    notes: [
      {
        relay: generatedRelay,
        at: 1_795_160_000_000,
        level: 'warning',
        code: 'restored',
        text: 'The relay was restored from a backup: events after that backup are lost. The inventory is told anew.',
      },
    ],
    gaps: [],
    quarantined: [],
  }
  /** How often notes were asked for. */
  notesAsked = 0
  /** What codes were asked for. */
  readonly enrolments: unknown[] = []
  /** What was asked without the right to it. */
  readonly refused: string[] = []
  people: PersonEntry[] = [
    { id: owner, name: 'Ada Nakamura', login: 'ada', role: 'owner', siteRoles: [] },
    {
      id: personId.parse('person_bo00000000000000'),
      name: 'Bo Lindqvist',
      login: 'bo',
      role: 'operator',
      siteRoles: [],
    },
    {
      id: personId.parse('person_cy00000000000000'),
      name: 'Cy Okafor',
      login: 'cy',
      role: null,
      siteRoles: [{ site, role: 'viewer' }],
    },
  ]
  relays: RelayEntry[] = [
    {
      id: generatedRelay,
      site,
      name: 'north-box',
      enrolledAt: 1_795_000_000_000,
      revokedAt: null,
      fingerprint: 'q3Xb9f1=',
    },
    {
      id: relayId.parse('relay_old00000000000000'),
      site,
      name: 'north-old',
      enrolledAt: 1_780_000_000_000,
      revokedAt: 1_790_000_000_000,
      fingerprint: 'Lk22aa0=',
    },
  ]

  /** `null` when the path is not one of these. */
  request(method: string, path: string, body: unknown): Reply | null {
    const open = this.#open(`${method} ${path}`, body)
    if (open) return open
    if (this.signedIn) return this.#signedIn(method, path, body)
    this.refused.push(path)
    return failed(401, 'unauthenticated', 'Sign in first.')
  }

  #open(call: string, body: unknown): Reply | null {
    switch (call) {
      case 'GET /api/installation':
        return ok({
          control: controlId.parse('control_dev00000000000'),
          setUp: this.setUp,
          signedIn: this.signedIn,
          demo: false,
          local: true,
          version: '0.1.0',
        })
      case 'POST /api/setup':
        return this.#setup(body)
      case 'POST /api/sign-in':
        return this.#signIn(body)
      default:
        return null
    }
  }

  #setup(body: unknown): Reply {
    const asked = setup.safeParse(body)
    if (!asked.success) return badInput(asked.error)
    if (asked.data.code !== 'ABCD-EFGH')
      return failed(403, 'forbidden', { message: 'This setup code is not the one that was printed.', field: 'code' })
    this.setUp = true
    this.signedIn = true
    return ok({})
  }

  #signIn(body: unknown): Reply {
    const asked = signIn.safeParse(body)
    if (!asked.success) return badInput(asked.error)
    if (asked.data.password !== 'correct horse')
      return failed(401, 'unauthenticated', 'Login and password do not match.')
    this.signedIn = true
    return ok({})
  }

  #signedIn(method: string, path: string, body: unknown): Reply | null {
    if (path === '/api/me') return ok(this.#me())
    if (path === '/api/sign-out' || path === '/api/sign-out-everywhere') {
      this.signedIn = false
      return ok({})
    }
    if (path === '/api/me/password') return ok({})
    if (path === paths.notes(site)) return this.#notes()
    return path.startsWith(`/api/orgs/${org}/`) ? this.#inOrg(method, path, body) : null
  }

  #inOrg(method: string, path: string, body: unknown): Reply | null {
    const needed = method === 'GET' && path === paths.relays(org) ? 'viewer' : 'owner'
    if (!includesRole(this.#roleInOrg(), needed)) {
      this.refused.push(path)
      return failed(403, 'forbidden', 'Your role does not include this.')
    }
    if (path === `/api/orgs/${org}/people`)
      return method === 'GET' ? ok({ people: this.people }) : this.#addPerson(body)
    if (path.startsWith(`/api/orgs/${org}/people/`)) return this.#setRole(path, body)
    if (path === `/api/orgs/${org}/relays`) return ok({ relays: this.relays })
    if (path.startsWith(`/api/orgs/${org}/relays/`))
      return path.includes('/box?') ? this.#removeBox(path) : this.#revoke(path)
    if (path === `/api/orgs/${org}/enrolments`) return this.#enrol(body)
    return null
  }

  #enrol(body: unknown): Reply {
    const asked = createEnrolment.safeParse(body)
    if (!asked.success) return badInput(asked.error)
    this.enrolments.push(asked.data)
    return ok({ code: 'K7QW-2MZP-9XTR', expiresAt: Date.now() + 900_000 })
  }

  #me(): Me {
    return {
      id: owner,
      name: 'Ada Nakamura',
      login: 'ada',
      installationOwner: true,
      orgs: [{ id: org, name: 'Acme Mining', role: this.#roleInOrg() }],
      sites: this.sites.map(one => ({ ...one, org, role: this.role })),
    }
  }

  #roleInOrg(): Role | null {
    return this.orgRole === undefined ? this.role : this.orgRole
  }

  #addPerson(body: unknown): Reply {
    const asked = addPerson.safeParse(body)
    if (!asked.success) return badInput(asked.error)
    const { name, login, role } = asked.data
    if (this.people.some(person => person.login === login))
      return failed(409, 'conflict', { message: 'This login is taken.', field: 'login' })
    const id = personId.parse(`person_new${String(this.people.length).padStart(12, '0')}`)
    this.people = [...this.people, { id, name, login, role, siteRoles: [] }]
    return ok({ id })
  }

  #setRole(path: string, body: unknown): Reply {
    const asked = setRole.safeParse(body)
    const id = path.split('/').at(-2)
    if (!asked.success) return badInput(asked.error)
    const { role } = asked.data
    this.people = this.people.flatMap(person => (person.id !== id ? person : role === null ? [] : { ...person, role }))
    return ok({})
  }

  #notes(): Reply {
    this.notesAsked++
    return ok(this.notes)
  }

  #removeBox(path: string): Reply {
    const [before = '', query] = path.split('/box?')
    const gone = new URLSearchParams(query).get('fingerprint')
    const id = before.split('/').at(-1)
    this.relays = this.relays.map(relay =>
      relay.id === id ? { ...relay, standbys: relay.standbys?.filter(box => box.fingerprint !== gone) ?? [] } : relay,
    )
    return ok({})
  }

  #revoke(path: string): Reply {
    const id = path.split('/').at(-1)
    this.relays = this.relays.map(relay => (relay.id === id ? { ...relay, revokedAt: Date.now() } : relay))
    return ok({})
  }
}

export const ok = (body: unknown): Reply => ({ status: 200, body })

interface Reason {
  readonly message: string
  readonly field?: string
}

export function failed(status: number, code: string, reason: Reason | string): Reply {
  return { status, body: { error: { code, ...(typeof reason === 'string' ? { message: reason } : reason) } } }
}

function badInput(error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] }): Reply {
  const [issue] = error.issues
  return failed(400, 'bad-input', { message: issue?.message ?? 'bad input', field: String(issue?.path[0] ?? '') })
}
