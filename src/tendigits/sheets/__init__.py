"""Sheets of paper: printed for people to write digits on, and read back from photographs as data sets.

May import: errors, _util, images, data.
"""
