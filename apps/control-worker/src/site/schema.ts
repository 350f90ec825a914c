import { alarmMigration } from '../actors/alarms.ts'
import type { Migration } from '../actors/migrations.ts'

export const migrations: readonly Migration[] = [
  [
    ...alarmMigration,
    // What is known of each relay, in one row, so that a cursor and what it stands for cost one write.
    'CREATE TABLE relay (id TEXT PRIMARY KEY, addedAt INTEGER NOT NULL, state TEXT NOT NULL)',
    // The last beats as they came, and the keyframes of groups of cohorts: see beat-store.ts.
    'CREATE TABLE beat (relay TEXT NOT NULL, turn INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (relay, turn)) WITHOUT ROWID',
    'CREATE TABLE snapshot (relay TEXT NOT NULL, turn INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (relay, turn)) WITHOUT ROWID',
    'CREATE TABLE miner (relay TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (relay, id)) WITHOUT ROWID',
    'CREATE INDEX miner_id ON miner (id)',
    `CREATE TABLE command (id TEXT PRIMARY KEY, relay TEXT, miner TEXT NOT NULL, command TEXT NOT NULL, person TEXT NOT NULL,
      byName TEXT NOT NULL, askedAt INTEGER NOT NULL, expiresAt INTEGER NOT NULL, state TEXT NOT NULL, outcome TEXT,
      endedAt INTEGER)`,
    "CREATE INDEX command_open ON command (relay) WHERE state IN ('queued', 'sent', 'accepted')",
    'CREATE INDEX command_miner ON command (miner)',
    `CREATE TABLE quarantine (relay TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
      reason TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (relay, epoch, seq))`,
    `CREATE TABLE note (relay TEXT NOT NULL, epoch INTEGER NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
      level TEXT NOT NULL, code TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (relay, epoch, seq))`,
    // Events that a relay never sent: its journal lost them. Marked, not hidden [S5].
    `CREATE TABLE gap (relay TEXT NOT NULL, epoch INTEGER NOT NULL, fromSeq INTEGER NOT NULL, toSeq INTEGER NOT NULL,
      at INTEGER NOT NULL, PRIMARY KEY (relay, epoch, fromSeq))`,
  ],
]
