"""How good a network is, why it answers as it does, and what it does not know.

May import: errors, _util, nn, data, models, training.
"""
