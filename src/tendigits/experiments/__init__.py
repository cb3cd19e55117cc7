"""From a data set to a tested network, once or over several seeds.

May import: errors, _util, nn, images, data, models, training, analysis.
"""
