-- The log: what was done, in order, never altered. Undo, audit and recovery read it.
CREATE TABLE operation (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    curator TEXT NOT NULL,
    at TEXT NOT NULL,
    undoable INTEGER NOT NULL,
    undoes INTEGER REFERENCES operation (id),
    redoes INTEGER REFERENCES operation (id),
    previous_hash TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE TABLE change (
    operation INTEGER NOT NULL REFERENCES operation (id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (operation, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX change_by_key ON change (kind, key);
CREATE TRIGGER operation_is_final_update BEFORE UPDATE ON operation
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER operation_is_final_delete BEFORE DELETE ON operation
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER change_is_final_update BEFORE UPDATE ON change
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER change_is_final_delete BEFORE DELETE ON change
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

CREATE TABLE setting (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Documents. A drug label keeps every version it came in; sentences belong to the label, their
-- place to a version, so that a new version carries unchanged sentences' annotations forward.
CREATE TABLE drug_group (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    held_out INTEGER NOT NULL DEFAULT 0,
    merged_into INTEGER REFERENCES drug_group (id)
) STRICT;
CREATE TABLE drug_label (
    id INTEGER PRIMARY KEY,
    set_id TEXT NOT NULL UNIQUE,
    drug_group INTEGER NOT NULL REFERENCES drug_group (id),
    label_version INTEGER
) STRICT;
CREATE INDEX drug_label_by_group ON drug_label (drug_group);
CREATE TABLE label_version (
    id INTEGER PRIMARY KEY,
    drug_label INTEGER NOT NULL REFERENCES drug_label (id),
    version INTEGER NOT NULL,
    document_id TEXT NOT NULL,
    effective_date TEXT NOT NULL,
    title TEXT NOT NULL,
    label_type TEXT NOT NULL,
    dosage_form TEXT NOT NULL,
    ingredients TEXT NOT NULL,
    names TEXT NOT NULL,
    source TEXT NOT NULL,
    source_format TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    operation INTEGER NOT NULL REFERENCES operation (id) DEFERRABLE INITIALLY DEFERRED,
    UNIQUE (drug_label, content_hash)
) STRICT;
CREATE TABLE block (
    id INTEGER PRIMARY KEY,
    label_version INTEGER NOT NULL REFERENCES label_version (id),
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    section_code TEXT NOT NULL,
    section_title TEXT NOT NULL,
    heading_path TEXT NOT NULL,
    hint TEXT NOT NULL,
    text TEXT NOT NULL,
    cells TEXT NOT NULL DEFAULT '',
    UNIQUE (label_version, ordinal)
) STRICT;
CREATE TABLE sentence (
    id INTEGER PRIMARY KEY,
    uid TEXT NOT NULL UNIQUE,
    drug_label INTEGER NOT NULL REFERENCES drug_label (id),
    block INTEGER NOT NULL REFERENCES block (id),
    position INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    kind TEXT NOT NULL,
    hint TEXT NOT NULL,
    text TEXT NOT NULL,
    text_hash TEXT NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    changed INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sentence_in_order ON sentence (drug_label, position) WHERE current = 1;
CREATE INDEX sentence_by_text ON sentence (text_hash);
CREATE INDEX sentence_by_block ON sentence (block);
CREATE TABLE former_place (
    label_version INTEGER NOT NULL REFERENCES label_version (id),
    sentence INTEGER NOT NULL REFERENCES sentence (id),
    block INTEGER NOT NULL REFERENCES block (id),
    position INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (label_version, sentence)
) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE sentence_search USING fts5 (
    text, content = 'sentence', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER sentence_search_insert AFTER INSERT ON sentence
BEGIN INSERT INTO sentence_search (rowid, text) VALUES (new.id, new.text); END;
CREATE TRIGGER sentence_search_update AFTER UPDATE OF text ON sentence
BEGIN
    INSERT INTO sentence_search (sentence_search, rowid, text) VALUES ('delete', old.id, old.text);
    INSERT INTO sentence_search (rowid, text) VALUES (new.id, new.text);
END;

-- Decisions. The key is sentence and curator; provenance says what was on screen.
CREATE TABLE annotation (
    sentence INTEGER NOT NULL REFERENCES sentence (id),
    curator TEXT NOT NULL,
    state TEXT NOT NULL,
    category TEXT,
    also TEXT NOT NULL,
    flagged INTEGER NOT NULL,
    note TEXT NOT NULL,
    suggested TEXT,
    probability REAL,
    model_version INTEGER,
    head_revision INTEGER,
    blind INTEGER NOT NULL,
    arm TEXT NOT NULL,
    inclusion_probability REAL,
    guideline_version INTEGER NOT NULL,
    scheme_version INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (sentence, curator)
) STRICT, WITHOUT ROWID;
CREATE INDEX annotation_by_state ON annotation (state);
CREATE INDEX annotation_flagged ON annotation (sentence) WHERE flagged = 1;
CREATE TABLE adjudication (
    sentence INTEGER PRIMARY KEY REFERENCES sentence (id),
    category TEXT NOT NULL,
    also TEXT NOT NULL,
    curator TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE TABLE resolution (
    sentence INTEGER PRIMARY KEY REFERENCES sentence (id),
    category TEXT,
    also TEXT NOT NULL,
    source TEXT NOT NULL,
    read INTEGER NOT NULL,
    blind INTEGER NOT NULL
) STRICT;
CREATE INDEX resolution_by_category ON resolution (category);

-- Derived data: replaceable, not in the log.
CREATE TABLE suggestion (
    sentence INTEGER PRIMARY KEY REFERENCES sentence (id),
    model_version INTEGER NOT NULL,
    head_revision INTEGER NOT NULL,
    category TEXT NOT NULL,
    second TEXT NOT NULL,
    probability REAL NOT NULL,
    margin REAL NOT NULL,
    probabilities TEXT NOT NULL
) STRICT;
CREATE INDEX suggestion_by_margin ON suggestion (margin);
CREATE INDEX suggestion_by_category ON suggestion (category, probability);

-- Model versions and runs. Weights lie beside the project file.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    settings TEXT NOT NULL,
    snapshot_sha256 TEXT NOT NULL,
    snapshot_operation INTEGER NOT NULL,
    annotations INTEGER NOT NULL,
    message TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE TABLE model (
    version INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    verdict TEXT NOT NULL,
    result TEXT NOT NULL
) STRICT;
CREATE TABLE model_group (
    version INTEGER NOT NULL REFERENCES model (version),
    drug_group INTEGER NOT NULL REFERENCES drug_group (id),
    PRIMARY KEY (version, drug_group)
) STRICT, WITHOUT ROWID;
CREATE TABLE import_report (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,
    path TEXT NOT NULL,
    status TEXT NOT NULL,
    reason TEXT NOT NULL,
    labels INTEGER NOT NULL,
    sentences INTEGER NOT NULL,
    tables INTEGER NOT NULL
) STRICT;
