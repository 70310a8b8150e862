"""Spreadsheets out: workbook (xlsx), tables (csv, tsv) and JSON lines.

`formats.write` is the one entry point; the other modules are what it is made of.
"""
