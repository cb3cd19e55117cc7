"""The steps from pieces of ink to numbers: each piece judged, parted where digits touch, digits chosen, numbers made.

May import: errors, _util, nn, images, models, analysis.
"""
