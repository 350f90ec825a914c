import { alarmMigration } from '../actors/alarms.ts'
import type { Migration } from '../actors/migrations.ts'

/** What a chart of the past reads of one minute: see history-read.ts. */
const minuteColumns = `at INTEGER NOT NULL, hashrateHs REAL, expectedHashrateHs REAL, powerW REAL,
  unknown INTEGER NOT NULL, offline INTEGER NOT NULL, curtailed INTEGER NOT NULL, paused INTEGER NOT NULL,
  fault INTEGER NOT NULL, hot INTEGER NOT NULL, low INTEGER NOT NULL, hashing INTEGER NOT NULL`

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
  [
    // Rings of beats and of keyframes, see beat-store.ts. SQLite compares a key of several columns by reading the whole
    // row, body and all; one number it finds at once. The tables `beat` and `snapshot` of before are only read.
    `CREATE TABLE beat_ring (id INTEGER PRIMARY KEY, ${minuteColumns}, body BLOB NOT NULL)`,
    'CREATE TABLE keyframe_ring (id INTEGER PRIMARY KEY, body BLOB NOT NULL)',
    // What a relay sent later, as it came, and its minutes: see backfill.ts.
    `CREATE TABLE backfill (id INTEGER PRIMARY KEY, ring INTEGER NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
      cohort INTEGER NOT NULL, storedAt INTEGER NOT NULL, minutes TEXT NOT NULL, body BLOB NOT NULL)`,
    'CREATE UNIQUE INDEX backfill_place ON backfill (ring, epoch, at, cohort)',
    `CREATE TABLE backfill_minute (ring INTEGER NOT NULL, ${minuteColumns}, PRIMARY KEY (ring, at)) WITHOUT ROWID`,
    // Parts of a relay's history that are not there, and why [S5].
    `CREATE TABLE history_gap (ring INTEGER NOT NULL, fromAt INTEGER NOT NULL, toAt INTEGER NOT NULL,
      reason TEXT NOT NULL, PRIMARY KEY (ring, fromAt, reason)) WITHOUT ROWID`,
    // In which epoch of its relay a miner was last told, and a command sent.
    'ALTER TABLE miner ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0',
    'ALTER TABLE command ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0',
  ],
  // The place of a miner in the order of changes of its relay: see inventory-pages.ts.
  ['ALTER TABLE miner ADD COLUMN revision INTEGER NOT NULL DEFAULT 0'],
]
