import { z } from 'zod'

/** Roles, least first. A person has one in an organisation, and may have another at a site of it. */
export const role = z.enum(['viewer', 'operator', 'owner'])
export type Role = z.infer<typeof role>

/** True when `have` includes all that `need` may do. */
export function includesRole(have: Role | null, need: Role): boolean {
  return have !== null && role.options.indexOf(have) >= role.options.indexOf(need)
}
