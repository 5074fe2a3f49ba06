"""How fast we are, measured beside our peers: one run, one machine, the same model.

Seconds are only comparable within a run; ratios are what a benchmark tells. Both sides first
have to compute the same, where they claim to. Each module is run by ``make bench`` and leaves
its table in ``benchmarks/results``; modules that start with an underscore hold what they share.
"""
