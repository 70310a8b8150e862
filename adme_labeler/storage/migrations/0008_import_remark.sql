-- What is said of an import as a whole: a drug group that holds too much of the data.
CREATE TABLE IF NOT EXISTS import_remark (
    run INTEGER PRIMARY KEY REFERENCES import_run (id),
    remark TEXT NOT NULL
) STRICT;
