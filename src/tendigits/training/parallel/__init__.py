"""A batch's work shared out among processes or threads; the README explains how.

May import: errors, _util, nn, data.
"""
