"""One project in one SQLite file: documents, decisions, their log, suggestions, model versions."""
