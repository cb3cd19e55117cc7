"""Small helpers for all rooms: files, arrays, progress, optional packages, BLAS.

May import: errors.
"""
