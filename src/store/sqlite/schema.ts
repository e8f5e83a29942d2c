/** "Prec" in ASCII: marks a database file as a store of this package. */
export const applicationId = 0x50_72_65_63;

/**
 * Each entry takes a store from the version of its index to the next one; a store's version is `PRAGMA user_version`.
 * Entries are never changed once released, only added. Times are REAL so that no fraction is refused.
 */
export const migrations: readonly string[] = Object.freeze([
  `
  CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    workflow TEXT NOT NULL,
    state TEXT NOT NULL,
    updated_at_ms REAL NOT NULL,
    event_count INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_by_state ON runs (state);
  CREATE INDEX runs_by_workflow ON runs (workflow);

  -- Apart from the row that every commit rewrites: a header holds the plan and can be large.
  CREATE TABLE run_headers (run_id INTEGER PRIMARY KEY REFERENCES runs (id), body TEXT NOT NULL) STRICT;

  CREATE TABLE events (
    run_id INTEGER NOT NULL REFERENCES runs (id),
    sequence INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (run_id, sequence)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE claims (claim TEXT PRIMARY KEY, run_id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX claims_by_run ON claims (run_id);

  CREATE TABLE idempotency_keys (
    key TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES runs (id)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE log_lines (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    task INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    at_ms REAL NOT NULL,
    level TEXT NOT NULL,
    text TEXT NOT NULL
  ) STRICT;
  CREATE INDEX log_lines_by_run ON log_lines (run_id, sequence);

  CREATE TABLE workflow_rows (
    place INTEGER PRIMARY KEY,
    table_name TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (table_name, key)
  ) STRICT;

  CREATE TABLE sequences (name TEXT PRIMARY KEY, drawn INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  `
  -- Processes that have open runs. What tells that one is alive: its process, where that can be seen, and its beat.
  CREATE TABLE owners (
    id INTEGER PRIMARY KEY,
    pid INTEGER NOT NULL,
    host TEXT NOT NULL,
    machine TEXT NOT NULL,
    start_mark TEXT NOT NULL,
    lease_ms REAL NOT NULL,
    -- Rises with each sign of life; -1 when others have taken it for dead.
    beat INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  ALTER TABLE runs ADD COLUMN owner_id INTEGER;
  ALTER TABLE runs ADD COLUMN fence INTEGER NOT NULL DEFAULT 1;
  ALTER TABLE runs ADD COLUMN recoveries INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX runs_by_owner ON runs (owner_id) WHERE owner_id IS NOT NULL;

  -- What other processes ask of the owner of a run.
  CREATE TABLE wishes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run_id INTEGER NOT NULL,
    body TEXT NOT NULL,
    answer TEXT
  ) STRICT;
  CREATE INDEX wishes_open ON wishes (run_id) WHERE answer IS NULL;
  `,
  `
  -- Rows that were written before have neither, and their events and headers as JSON objects in body.
  ALTER TABLE events ADD COLUMN checksum INTEGER;
  ALTER TABLE run_headers ADD COLUMN packed BLOB;
  CREATE INDEX idempotency_keys_by_run ON idempotency_keys (run_id);
  `,
]);
