"""The network and the preparation of pictures in JavaScript, for pages and for export.

May import: errors.
"""
