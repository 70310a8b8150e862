"""Recall and its uncertainty, drug groups and splits, version comparison, calibration, audit.

`intervals` and `groups` are plain Python, so that the window may use them at once; every other
module needs numpy and is imported when it is first wanted.
"""
