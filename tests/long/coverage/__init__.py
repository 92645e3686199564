"""Coverage: how often intervals hold what they promise to hold, measured over thousands of runs.

python -m tests.long.coverage [docs/validation.md]   rewrites the section between the marks of coverage, no other.

Runs are cheap: some thousands of replications are simulated once, and each run is n of them, drawn with replacement.
To such a run the replications at hand are the world, so the true value of everything is theirs, exactly; no error of
a long run enters. One table has true values from exact theory instead, and runs without a replication in common.
"""
