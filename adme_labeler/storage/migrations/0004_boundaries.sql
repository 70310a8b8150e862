-- Sentence boundaries that a curator mended, so that a new version of the drug label keeps them.
CREATE TABLE boundary_edit (
    id INTEGER PRIMARY KEY,
    drug_label INTEGER NOT NULL REFERENCES drug_label (id),
    edit TEXT NOT NULL
) STRICT;
CREATE INDEX boundary_edit_by_label ON boundary_edit (drug_label);
