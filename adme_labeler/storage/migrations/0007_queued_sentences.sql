-- Counting and ordering the sentences that a curator is asked about, without reading them all.
CREATE INDEX IF NOT EXISTS sentence_queued ON sentence (drug_label, position)
    WHERE current = 1 AND kind IN ('paragraph', 'list_item');
