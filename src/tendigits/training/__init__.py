"""How a network learns: the loop, its settings, recipes, history, checkpoints.

May import: errors, _util, nn, data.
"""
