"""Networks as wholes: built from a few words, saved, loaded, joined, converted.

May import: errors, _util, nn.
"""
