"""Spreadsheets out: workbook (xlsx), tables (csv, tsv), JSON lines, parquet.

`formats.write` is the one entry point; the other modules are what it is made of.
"""
