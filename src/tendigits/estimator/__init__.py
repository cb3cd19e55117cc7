"""The network as a scikit-learn classifier.

May import: errors, _util, nn, data, models, training, analysis.
"""
