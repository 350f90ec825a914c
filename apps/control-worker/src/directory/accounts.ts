import { newId, type OrgId, type PersonId } from '@headframe/protocol'
import { eq } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { random } from '../random.ts'
import { hashPassword, verifyPassword } from './password.ts'
import { account, membership } from './schema.ts'

export interface NewAccount {
  readonly name: string
  readonly login: string
  readonly password: string
  readonly org: OrgId
}

/** Makes a person with an account in one organisation; `null` when the login is taken. */
export function addAccount(
  db: DrizzleSqliteDODatabase,
  given: NewAccount & { id?: PersonId },
  now: number,
): PersonId | null {
  if (findLogin(db, given.login) !== null) return null
  const id = given.id ?? newId('person', random)
  const passwordHash = hashPassword(given.password)
  db.transaction(tx => {
    tx.insert(account).values({ id, login: given.login, name: given.name, passwordHash, createdAt: now }).run()
    tx.insert(membership).values({ person: id, org: given.org }).run()
  })
  return id
}

/** The person whose login and password these are. */
export function checkPassword(db: DrizzleSqliteDODatabase, login: string, password: string): PersonId | null {
  const found = findLogin(db, login)
  return verifyPassword(password, found?.passwordHash ?? null) ? (found?.id ?? null) : null
}

export function setPassword(db: DrizzleSqliteDODatabase, person: PersonId, password: string): void {
  db.update(account)
    .set({ passwordHash: hashPassword(password) })
    .where(eq(account.id, person))
    .run()
}

export function joinOrg(db: DrizzleSqliteDODatabase, person: PersonId, org: OrgId): void {
  db.insert(membership).values({ person, org }).onConflictDoNothing().run()
}

function findLogin(db: DrizzleSqliteDODatabase, login: string) {
  return db.select().from(account).where(eq(account.login, login)).get() ?? null
}
