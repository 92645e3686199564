"""One thing in a fresh process, so that its memory and its compilation are its own: prints what it took.

    python benchmarks/alone.py MODEL REPLICATIONS [overflow]

MODEL is an engine, ``textbook``, ``ciw`` or ``nothing``, which only imports.
"""

from __future__ import annotations

import json
import sys

from timing import once, peak_mb

MODELS = ("nothing", "compiled", "simpy", "textbook", "ciw")


def work(model: str, replications: int, *, overflow: bool) -> int:
    from lines import DAYS, scenario

    if model == "ciw":
        import ciw_model

        return sum(ciw_model.run(days=DAYS, seed=seed)[0] for seed in range(replications))
    if model == "textbook":
        import textbook_simpy

        return sum(textbook_simpy.run(days=DAYS, seed=seed)[0] for seed in range(replications))
    from sim.studies import parts

    six = scenario(overflow=overflow)
    if model != "nothing":
        parts.make(parts.job_of(six, seed=1, engine=model, keep_contacts=0), (0, replications - 1))
    return replications


def main() -> None:
    model, replications = sys.argv[1], int(sys.argv[2])
    took = once(lambda: work(model, replications, overflow="overflow" in sys.argv[3:]))
    print(json.dumps({"peak_mb": peak_mb(), "cpu": took.cpu, "wall": took.wall}))


if __name__ == "__main__":
    main()
