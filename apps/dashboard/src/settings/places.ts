import { includesRole, type Me, type SiteId } from '@headframe/protocol'

/** The pages of the settings. */
const places = [
  { path: 'people', word: 'People' },
  { path: 'relays', word: 'Relays' },
  { path: 'account', word: 'My account' },
  { path: 'appearance', word: 'Appearance' },
] as const
export type Place = (typeof places)[number]['path']

/** Those that a person may see: control shows an organisation's people to its owners, and its relays to its members. */
export function placesOf(me: Me, site: SiteId) {
  return places.filter(({ path }) => {
    if (path === 'people') return includesRole(roleInOrg(me, site), 'owner')
    return path !== 'relays' || seesRelays(me, site)
  })
}

export function seesRelays(me: Me, site: SiteId): boolean {
  return includesRole(roleInOrg(me, site), 'viewer')
}

function roleInOrg(me: Me, site: SiteId) {
  const org = me.sites.find(one => one.id === site)?.org
  return me.orgs.find(one => one.id === org)?.role ?? null
}
