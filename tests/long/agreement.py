"""Random cases: the kernel plays and counts them as the readable path does, and the auditor finds nothing.

python -m tests.long.agreement [20] [--first 0]     # twenty thousand cases, from seed 0 on; 1 at the first difference
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from sim import simulate
from sim.audit import audit
from sim.engines import ENGINES
from sim.model.centre import Centre
from sim.model.contacts import ContactTables, Outcome
from sim.model.world import World, Worlds
from tests.random_cases import random_case
from tests.random_counts import Case, count_differences

THOUSAND = 1000


def differences(seed: int, met: Counter[int]) -> list[str]:
    """What engines, auditor and counts disagree on in one case, as drawn and on a calendar; adds to ``met``."""
    case = Case.of(seed)
    drawn = random_case(seed, apart=seed % 2 == 1)
    found = [*_played(*drawn, met), *_played(case.world, case.centre, met)]
    worlds, tables = Worlds.of([case.world]), ContactTables.of([simulate(case.world, case.centre)])
    counts = count_differences(worlds, case.centre, tables, case.calendar, case.promises)
    return [*found, *(f"counted otherwise: {name}" for name in counts)]


def _played(world: World, centre: Centre, met: Counter[int]) -> list[str]:
    contacts = simulate(world, centre)
    met.update(contacts.outcome.tolist())
    rows = set(contacts.rows())
    found = [f"auditor: {finding}" for finding in audit(world, centre, contacts)]
    for engine in ENGINES[1:]:
        other = set(simulate(world, centre, engine=engine).rows())
        found += [f"{ENGINES[0]} only: {row}" for row in sorted(rows - other)]
        found += [f"{engine} only: {row}" for row in sorted(other - rows)]
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("thousands", type=int, nargs="?", default=20, help="thousands of cases (default: 20)")
    parser.add_argument("--first", type=int, default=0, help="first seed")
    options = parser.parse_args()
    met: Counter[int] = Counter()
    start = time.monotonic()
    for block in range(options.thousands):
        first = options.first + block * THOUSAND
        for seed in range(first, first + THOUSAND):
            if found := differences(seed, met):
                print(f"seed {seed}", *found, sep="\n")
                return 1
        seen = ", ".join(f"{Outcome(outcome).name} {count:,}" for outcome, count in sorted(met.items()))
        print(f"{(block + 1) * THOUSAND:,} cases agree, {time.monotonic() - start:.0f} s: {seen}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
