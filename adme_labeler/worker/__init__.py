"""Worker processes: train, suggest, import, export, evaluate. Started by name only."""
