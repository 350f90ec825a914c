import type { ControlId, OrgId, PersonId, RelayId, SiteId } from '@headframe/protocol'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Migration } from '../actors/migrations.ts'

/** One row: this installation of control, and what its first owner will find. */
export const installation = sqliteTable('installation', {
  id: integer().primaryKey(),
  control: text().notNull().$type<ControlId>(),
  org: text().notNull().$type<OrgId>(),
  site: text().notNull().$type<SiteId>(),
  owner: text().notNull().$type<PersonId>(),
  setUpAt: integer(),
})

export const account = sqliteTable('account', {
  id: text().primaryKey().$type<PersonId>(),
  login: text().notNull().unique(),
  name: text().notNull(),
  passwordHash: text().notNull(),
  createdAt: integer().notNull(),
})

/** Only the SHA-256 of a cookie is kept: a copy of the database signs nobody in. */
export const session = sqliteTable('session', {
  hash: text().primaryKey(),
  person: text().notNull().$type<PersonId>(),
  createdAt: integer().notNull(),
  expiresAt: integer().notNull(),
})

export const attempt = sqliteTable('attempt', {
  key: text().primaryKey(),
  count: integer().notNull(),
  at: integer().notNull(),
})

/** Browsers that a person signed in from. */
export const browser = sqliteTable('browser', {
  hash: text().primaryKey(),
  person: text().notNull().$type<PersonId>(),
  addedAt: integer().notNull(),
})

/** Which actors there are: none is touched before it was found here. */
export const org = sqliteTable('org', { id: text().primaryKey().$type<OrgId>(), createdAt: integer().notNull() })
export const site = sqliteTable('site', {
  id: text().primaryKey().$type<SiteId>(),
  org: text().notNull().$type<OrgId>(),
  createdAt: integer().notNull(),
})
export const relay = sqliteTable('relay', {
  id: text().primaryKey().$type<RelayId>(),
  site: text().notNull().$type<SiteId>(),
  publicKey: text().notNull(),
})
export const membership = sqliteTable('membership', {
  person: text().notNull().$type<PersonId>(),
  org: text().notNull().$type<OrgId>(),
})

export const enrolment = sqliteTable('enrolment', {
  hash: text().primaryKey(),
  site: text().notNull().$type<SiteId>(),
  name: text().notNull(),
  expiresAt: integer().notNull(),
  /** The key and the machine that used it: a repeat by the same is answered again. */
  usedBy: text(),
  /** The relay whose standby it is for. */
  standbyOf: text().$type<RelayId>(),
})

export const migrations: readonly Migration[] = [
  [
    `CREATE TABLE installation (id INTEGER PRIMARY KEY, control TEXT NOT NULL, org TEXT NOT NULL, site TEXT NOT NULL,
      owner TEXT NOT NULL, setUpAt INTEGER)`,
    `CREATE TABLE account (id TEXT PRIMARY KEY, login TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
      passwordHash TEXT NOT NULL, createdAt INTEGER NOT NULL)`,
    `CREATE TABLE session (hash TEXT PRIMARY KEY, person TEXT NOT NULL, createdAt INTEGER NOT NULL,
      expiresAt INTEGER NOT NULL)`,
    'CREATE INDEX session_person ON session (person)',
    'CREATE TABLE attempt (key TEXT PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL)',
    'CREATE TABLE org (id TEXT PRIMARY KEY, createdAt INTEGER NOT NULL)',
    'CREATE TABLE site (id TEXT PRIMARY KEY, org TEXT NOT NULL, createdAt INTEGER NOT NULL)',
    'CREATE TABLE relay (id TEXT PRIMARY KEY, site TEXT NOT NULL, publicKey TEXT NOT NULL)',
    'CREATE UNIQUE INDEX relay_key ON relay (site, publicKey)',
    'CREATE TABLE membership (person TEXT NOT NULL, org TEXT NOT NULL, PRIMARY KEY (person, org))',
    `CREATE TABLE enrolment (hash TEXT PRIMARY KEY, site TEXT NOT NULL, name TEXT NOT NULL,
      expiresAt INTEGER NOT NULL, usedBy TEXT)`,
  ],
  [
    'CREATE TABLE browser (hash TEXT PRIMARY KEY, person TEXT NOT NULL, addedAt INTEGER NOT NULL)',
    'CREATE INDEX browser_person ON browser (person)',
  ],
  ['ALTER TABLE enrolment ADD COLUMN standbyOf TEXT'],
]
