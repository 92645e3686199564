"""Random cases through both engines and the auditor for as long as one likes; ends with 1 at the first difference.

python -m tests.long.agreement 100 --first 0     # a hundred thousand cases, from seed 0 on
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter

from sim import simulate
from sim.audit import audit
from sim.contacts import Outcome
from sim.engines import ENGINES
from tests.random_cases import random_case

THOUSAND = 1000


def differences(seed: int, met: Counter[int]) -> list[str]:
    """What engines and auditor disagree on in one case; adds the outcomes to ``met``. Odd seeds have lines apart."""
    world, centre = random_case(seed, apart=seed % 2 == 1)
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
    parser.add_argument("thousands", type=int, help="thousands of cases")
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
