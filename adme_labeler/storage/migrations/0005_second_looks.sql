-- Decisions that a curator looked at again: what they were, and what they are now. `why` says how
-- they came back: by chance and blind, or because they looked wrong.
CREATE TABLE second_look (
    sentence INTEGER NOT NULL REFERENCES sentence (id),
    curator TEXT NOT NULL,
    why TEXT NOT NULL,
    first TEXT NOT NULL,
    first_at TEXT NOT NULL,
    category TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (sentence, curator, why)
) STRICT, WITHOUT ROWID;

-- Annotations that look wrong, most urgent first. Derived data: replaceable, not in the log.
CREATE TABLE suspect (
    sentence INTEGER PRIMARY KEY REFERENCES sentence (id),
    place INTEGER NOT NULL,
    given TEXT NOT NULL,
    proposed TEXT NOT NULL,
    why TEXT NOT NULL,
    model TEXT NOT NULL,
    probability REAL NOT NULL,
    duplicates INTEGER NOT NULL
) STRICT;
