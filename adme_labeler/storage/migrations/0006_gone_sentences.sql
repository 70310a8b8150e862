-- Every drug label that comes in asks for the sentences that it once had.
CREATE INDEX sentence_gone ON sentence (drug_label) WHERE current <> 1;
