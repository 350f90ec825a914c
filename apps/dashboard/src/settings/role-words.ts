import type { Role } from '@headframe/protocol'

export const roleWords: Readonly<Record<Role, string>> = { viewer: 'Viewer', operator: 'Operator', owner: 'Owner' }

/** What a role may do, for the one who gives it. */
export const roleMeanings: Readonly<Record<Role, string>> = {
  viewer: 'sees everything, changes nothing',
  operator: 'also commands miners',
  owner: 'also manages people, sites and relays',
}
