"""Data sets: formats, sources, splits, mini-batches, distortions.

May import: errors, _util, images.
"""
