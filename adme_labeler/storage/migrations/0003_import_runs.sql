-- Imports as runs: who imported what and when, every drug label in them, and how far one came, so
-- that an import that was stopped can go on where it stood.
CREATE TABLE import_run (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    ended_at TEXT,
    curator TEXT NOT NULL,
    read_by TEXT NOT NULL,
    job TEXT NOT NULL,
    state TEXT NOT NULL,
    path TEXT NOT NULL DEFAULT '',
    stamp TEXT NOT NULL DEFAULT '',
    place TEXT NOT NULL DEFAULT '[]'
) STRICT;
ALTER TABLE import_report ADD COLUMN run INTEGER REFERENCES import_run (id);
CREATE INDEX import_report_by_run ON import_report (run, path);
CREATE TABLE import_label (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES import_run (id),
    path TEXT NOT NULL,
    member TEXT NOT NULL,
    title TEXT NOT NULL,
    set_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    sentences INTEGER NOT NULL,
    tables INTEGER NOT NULL
) STRICT;
CREATE INDEX import_label_by_file ON import_label (run, path);
CREATE TABLE import_heading (
    run INTEGER NOT NULL REFERENCES import_run (id),
    heading TEXT NOT NULL,
    labels INTEGER NOT NULL,
    PRIMARY KEY (run, heading)
) STRICT, WITHOUT ROWID;

-- Table rows that have been looked at: the ADME fact that a row states, or ''. Derived data.
CREATE TABLE table_row (
    sentence INTEGER PRIMARY KEY REFERENCES sentence (id),
    fact TEXT NOT NULL
) STRICT;
CREATE INDEX table_row_with_fact ON table_row (sentence) WHERE fact <> '';
