"""Is the evaluation honest? Simulated cohorts, whose truth is known, tell.

    python -m benchmarks.study            # everything that is not done yet; many hours
    python -m benchmarks.study headline   # one part
    python -m benchmarks.study --report   # the tables, from what has been done

Every cohort is one line in ``benchmarks/results/study/*.jsonl``; a study that was broken off goes
on with the cohorts that are not there.
"""
