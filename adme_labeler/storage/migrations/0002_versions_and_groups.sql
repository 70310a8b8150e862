-- A drug label may return to an earlier text: the same content can stand in two versions of it.
CREATE TABLE label_version_new (
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
    operation INTEGER NOT NULL REFERENCES operation (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO label_version_new SELECT * FROM label_version;
DROP TABLE label_version;
ALTER TABLE label_version_new RENAME TO label_version;
CREATE INDEX label_version_of_label ON label_version (drug_label, id);

-- Sentences that came with a new version of their drug label and wait for a look.
CREATE INDEX sentence_to_review ON sentence (drug_label, position)
    WHERE current = 1 AND changed = 1;

-- Why two drug groups became one: a common active ingredient, or text shared with `other`.
CREATE TABLE group_join (
    id INTEGER PRIMARY KEY,
    operation INTEGER NOT NULL REFERENCES operation (id) DEFERRABLE INITIALLY DEFERRED,
    survivor INTEGER NOT NULL REFERENCES drug_group (id),
    merged INTEGER NOT NULL REFERENCES drug_group (id),
    drug_label INTEGER NOT NULL REFERENCES drug_label (id),
    ingredient TEXT NOT NULL DEFAULT '',
    other INTEGER REFERENCES drug_label (id),
    shared INTEGER NOT NULL DEFAULT 0,
    sentences INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX group_join_by_survivor ON group_join (survivor);
