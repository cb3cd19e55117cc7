"""Self-contained web pages that show a network at work.

May import: errors, _util, nn, images, data, models, analysis, javascript.
"""
