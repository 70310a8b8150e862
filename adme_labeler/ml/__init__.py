"""Encoders, the two-stage recipe, the instant head and their evaluation. Torch lives here only."""
