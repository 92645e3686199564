"""Whether fits find what logs were made with: many logs from known numbers, and how often these lie in the intervals.

``python -m tests.long.recovery`` does all checks on 200 logs each. A check is a function of the log's number that gives
for each quantity whether it was inside its 95 % interval (or for a test at 5 % whether it rightly did not reject).
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from tests.long.recovery import arrivals, distributions

#: From the number of a log, whether each quantity was inside its interval.
Check = Callable[[int], Mapping[str, bool]]
CHECKS: dict[str, Check] = {**arrivals.CHECKS, **distributions.CHECKS}

LEVEL = 0.95
#: How often a check of so many quantities may fail by chance, all together.
ERROR = 0.01


@dataclass(frozen=True)
class Found:
    """Of ``logs`` logs, in how many a quantity was inside; ``least`` is the fewest that chance allows."""

    check: str
    quantity: str
    inside: int
    logs: int
    least: int

    @property
    def passed(self) -> bool:
        """Whether the quantity was inside often enough."""
        return self.inside >= self.least


def least_inside(logs: int, quantities: int) -> int:
    """The fewest of ``logs`` inside at 95 % that chance allows, ERROR over all ``quantities`` together (Bonferroni)."""
    from scipy import stats

    return int(stats.binom.ppf(ERROR / max(quantities, 1), logs, LEVEL))


def recovered(name: str, logs: int, *, first: int = 0, map_: Callable[..., object] = map) -> list[Found]:
    """How often each quantity of a check was inside, in logs number ``first`` and on."""
    seen: list[Mapping[str, bool]] = list(map_(CHECKS[name], range(first, first + logs)))  # type: ignore[call-overload]
    least = least_inside(logs, len(seen[0]))
    return [Found(name, key, sum(one[key] for one in seen), logs, least) for key in seen[0]]


_HEAD = ("| check | quantity | inside | at least | |", "| --- | --- | ---: | ---: | --- |")


def line(found: Found) -> str:
    """What was found, as a line of a table in Markdown."""
    told = "" if found.passed else "TOO FEW"
    return f"| {found.check} | {found.quantity} | {found.inside} of {found.logs} | {found.least} | {told} |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the checks and print the table; 1 where a quantity was inside too seldom."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.long.recovery", description=__doc__.split("\n", maxsplit=1)[0]
    )
    names = ", ".join(CHECKS)
    # An empty list is a choice of its own to argparse.
    parser.add_argument("checks", nargs="*", metavar="check", choices=[[], *CHECKS], help=f"{names} (default: all)")
    parser.add_argument("-n", "--logs", type=int, default=200, help="logs of each check (default: 200)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    told = parser.parse_args(arguments)
    found: list[Found] = []
    print(*_HEAD, sep="\n")
    with ProcessPoolExecutor(told.workers, mp_context=get_context("spawn")) as pool:
        for name in told.checks or CHECKS:
            some = recovered(name, told.logs, map_=partial(pool.map, chunksize=5))
            print(*map(line, some), sep="\n", flush=True)
            found += some
    return int(not all(f.passed for f in found))
