"""Networks in the formats of other programs, written and read.

May import: errors, _util, nn, models.
"""
