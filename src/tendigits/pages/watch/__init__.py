"""The page that learns: one HTML file in which a network starts from nothing and is taught real digits.

May import: errors, _util, nn, data, and the file that all pages are made with.
"""
