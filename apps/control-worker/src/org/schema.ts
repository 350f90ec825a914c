import type { OrgId, PersonId, RelayId, Role, SiteId } from '@headframe/protocol'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type { Migration } from '../actors/migrations.ts'

/** One row. */
export const org = sqliteTable('org', { id: text().primaryKey().$type<OrgId>(), name: text().notNull() })

export const site = sqliteTable('site', {
  id: text().primaryKey().$type<SiteId>(),
  name: text().notNull(),
  createdAt: integer().notNull(),
})

export const person = sqliteTable('person', {
  id: text().primaryKey().$type<PersonId>(),
  name: text().notNull(),
  login: text().notNull(),
  role: text().$type<Role>(),
  addedAt: integer().notNull(),
})

export const siteRole = sqliteTable('siteRole', {
  person: text().notNull().$type<PersonId>(),
  site: text().notNull().$type<SiteId>(),
  role: text().notNull().$type<Role>(),
})

export const relay = sqliteTable('relay', {
  id: text().primaryKey().$type<RelayId>(),
  site: text().notNull().$type<SiteId>(),
  name: text().notNull(),
  /** Raw Ed25519 key, base64. */
  publicKey: text().notNull(),
  /** The machine that enrolled: the same key from another one is a copy. */
  instance: text().notNull(),
  enrolledAt: integer().notNull(),
  revokedAt: integer(),
})

/** Boxes that a relay has beside the one that enrolled first. */
export const relayBox = sqliteTable('relayBox', {
  relay: text().notNull().$type<RelayId>(),
  publicKey: text().notNull(),
  instance: text().notNull(),
  name: text().notNull(),
  enrolledAt: integer().notNull(),
})

export const migrations: readonly Migration[] = [
  [
    'CREATE TABLE org (id TEXT PRIMARY KEY, name TEXT NOT NULL)',
    'CREATE TABLE site (id TEXT PRIMARY KEY, name TEXT NOT NULL, createdAt INTEGER NOT NULL)',
    `CREATE TABLE person (id TEXT PRIMARY KEY, name TEXT NOT NULL, login TEXT NOT NULL, role TEXT,
      addedAt INTEGER NOT NULL)`,
    'CREATE TABLE siteRole (person TEXT NOT NULL, site TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (person, site))',
    `CREATE TABLE relay (id TEXT PRIMARY KEY, site TEXT NOT NULL, name TEXT NOT NULL, publicKey TEXT NOT NULL,
      instance TEXT NOT NULL, enrolledAt INTEGER NOT NULL, revokedAt INTEGER)`,
  ],
  [
    `CREATE TABLE relayBox (relay TEXT NOT NULL, publicKey TEXT NOT NULL, instance TEXT NOT NULL, name TEXT NOT NULL,
      enrolledAt INTEGER NOT NULL, PRIMARY KEY (relay, publicKey))`,
  ],
]
