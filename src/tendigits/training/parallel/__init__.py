"""Several workers sharing the work on each batch; the README explains data and tensor parallel, barrier and fork.

May import: errors, _util, nn, data, and of training settings and worker.
"""
