"""The network itself, in NumPy alone: layers, loss, network, optimizers, schedules.

May import: errors, _util.
"""
