"""A batch's work shared out among workers; the README explains barrier, fork and the two ways to divide.

May import: errors, _util, nn, data, and of training settings and worker.
"""
