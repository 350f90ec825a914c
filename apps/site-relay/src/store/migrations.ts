/** Append only: a released entry is never edited, and each leaves a database that the release before can run on. */
export const migrations: readonly string[] = [
  `
  -- announced: the last epoch that began with the whole inventory, 0 for none.
  CREATE TABLE epoch (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    epoch INTEGER NOT NULL,
    announced INTEGER NOT NULL
  ) STRICT;
  INSERT INTO epoch VALUES (1, 0, 0);

  CREATE TABLE miners (
    id TEXT PRIMARY KEY,
    cohort INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    info TEXT NOT NULL,
    UNIQUE (cohort, slot)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE cohorts (cohort INTEGER PRIMARY KEY, driver TEXT NOT NULL, slots INTEGER NOT NULL) STRICT;

  CREATE TABLE events (
    epoch INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (epoch, seq)
  ) STRICT, WITHOUT ROWID;
  -- The last event that was forgotten: whoever has not got that far has missed something [S5].
  CREATE TABLE forgotten (only INTEGER PRIMARY KEY CHECK (only = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL) STRICT;
  INSERT INTO forgotten VALUES (1, 0, 0);

  CREATE TABLE commands (
    id TEXT PRIMARY KEY,
    control TEXT NOT NULL,
    miner TEXT NOT NULL,
    command_order TEXT NOT NULL,
    journaled_at INTEGER NOT NULL,
    begun_at INTEGER,
    result TEXT
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE controls (
    control TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    relay TEXT NOT NULL,
    site TEXT NOT NULL,
    enrolled_at INTEGER NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE credentials (driver TEXT PRIMARY KEY, user TEXT NOT NULL, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `CREATE TABLE live (cohort INTEGER PRIMARY KEY, frame BLOB NOT NULL) STRICT;`,
  `
  -- term: the highest that this box heard of. own: the term under which a person told it to act, NULL for none.
  -- told: the term under which it last told its whole inventory.
  CREATE TABLE lease (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    term INTEGER NOT NULL,
    own INTEGER,
    told INTEGER NOT NULL
  ) STRICT;
  INSERT INTO lease VALUES (1, 0, NULL, 0);
  -- Up to where the inventory was copied from each control while this box stood by.
  CREATE TABLE replica (control TEXT PRIMARY KEY, revision INTEGER NOT NULL, miner TEXT) STRICT, WITHOUT ROWID;
  `,
  `
  -- The seq of the last event of each epoch: a control that knows of more, or of another epoch, knows what this copy lost.
  CREATE TABLE ended_epochs (epoch INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
  `,
]
