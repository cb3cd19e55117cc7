"""Any picture of handwriting, decoded and redrawn in MNIST's format.

May import: errors, _util.
"""
