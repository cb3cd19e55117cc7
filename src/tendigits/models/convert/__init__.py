"""Networks in the formats of other programs: a file for each format, and `formats`, which lists those to write.

May import: errors, _util, nn, models.
"""
