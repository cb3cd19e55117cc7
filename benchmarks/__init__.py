"""tendigits beside its peers, in one run on one machine: `python -m benchmarks` from the repository.

Nothing is imported here: a worker process times its contestant's imports.
"""
