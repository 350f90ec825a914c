import {
  addedPerson,
  commandList,
  enrolment,
  installation,
  me,
  paths,
  peopleList,
  relayList,
  siteHistory,
  siteNotes,
  type Command,
  type CommandId,
  type MinerId,
  type OrgId,
  type PersonId,
  type RelayId,
  type Role,
  type SiteId,
} from '@headframe/protocol'
import type { Call } from './request.ts'

/** Every call that the dashboard makes, ready for `request`. */
export const calls = {
  installation: () => ({ path: paths.installation, answer: installation }),
  me: () => ({ path: paths.me, answer: me }),
  setup: (body: { code: string; name: string; login: string; password: string; organisation: string; site: string }) =>
    post(paths.setup, body),
  signIn: (body: { login: string; password: string }) => post(paths.signIn, body),
  signOut: () => post(paths.signOut),
  signOutEverywhere: () => post(paths.signOutEverywhere),
  changePassword: (body: { current: string; next: string }) => post(paths.password, body),
  people: (org: OrgId) => ({ path: paths.people(org), answer: peopleList }),
  addPerson: (org: OrgId, body: { name: string; login: string; password: string; role: Role | null }) => ({
    ...post(paths.people(org), body),
    answer: addedPerson,
  }),
  setRole: (org: OrgId, person: PersonId, body: { site?: SiteId; role: Role | null }): Call<undefined> => ({
    method: 'PUT',
    path: paths.personRole(org, person),
    body,
  }),
  relays: (org: OrgId) => ({ path: paths.relays(org), answer: relayList }),
  revokeRelay: (org: OrgId, relay: RelayId): Call<undefined> => ({ method: 'DELETE', path: paths.relay(org, relay) }),
  removeBox: (org: OrgId, relay: RelayId, fingerprint: string): Call<undefined> => ({
    method: 'DELETE',
    path: paths.relayBox(org, relay, fingerprint),
  }),
  enrolment: (org: OrgId, body: { site: SiteId; name: string; standbyOf?: RelayId }) => ({
    ...post(paths.enrolments(org), body),
    answer: enrolment,
  }),
  commandsOf: (site: SiteId, miner: MinerId) => ({
    path: `${paths.commands(site)}?miner=${encodeURIComponent(miner)}`,
    answer: commandList,
  }),
  /** Epoch ms. */
  history: (site: SiteId, span: { readonly from: number; readonly to: number }) => ({
    path: `${paths.history(site)}?from=${Math.round(span.from)}&to=${Math.round(span.to)}`,
    answer: siteHistory,
  }),
  notes: (site: SiteId) => ({ path: paths.notes(site), answer: siteNotes }),
  ask: (site: SiteId, body: { command: Command; miners: { id: CommandId; miner: MinerId }[]; ttlMs: number }) => ({
    ...post(paths.commands(site), body),
    answer: commandList,
  }),
}

function post(path: string, body?: unknown) {
  return { method: 'POST', path, body } as const
}
