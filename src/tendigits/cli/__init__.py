"""The `tendigits` command: a file for each of its commands.

May import: errors, _util, nn, images, data, models, training, analysis, experiments, pages, sheets.
"""
