"""ADME labeler: suggest, confirm and export ADME categories for drug-label sentences."""

__version__ = "0.1.0"
