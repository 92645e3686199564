"""The tables of coverage, and the page that they stand in."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from sim.results.result import Result
from sim.statistics.controls import expected_of
from sim.statistics.summary import DEFINITIONS
from sim.theory import varying_day
from tests.long.coverage.measure import (
    Covered,
    after_stopping,
    of_blocks,
    of_controls,
    of_counts,
    of_difference,
    of_measure,
    of_quantile,
)
from tests.long.coverage.pools import ROOT, a_day, campaign, second_line, simulated, waits_of
from tests.long.pages import with_section

_SIZES = (5, 10, 20, 50, 200)
Scope = tuple[str, str]
#: Of whom, what, and its coverage by number of replications.
_Row = tuple[str, str, Mapping[int, Covered]]

#: Measures by scope: usual ones of the campaign, small ones of a day.
_CAMPAIGN: Mapping[Scope, tuple[str, ...]] = {
    ("all", "all"): ("never_reached", "never_reached_share", "abandonment", "asa", "handling_time", "busy"),
    ("queue", "phone/antwerpen"): ("abandonment", "asa", "at_limit", "longest_wait", "service_level_of_answered"),
    ("queue", "e-mail"): ("asa", "longest_wait"),
    ("queue", "chat"): ("blocked", "never_reached_share"),
    ("lines", "e-mail"): ("overtime", "occupancy"),
}
_DAY = ("abandoned", "abandonment", "asa", "service_level_of_offered", "longest_wait", "occupancy")
_RARE = ("abandoned", "abandonment", "asa", "mean_wait_abandoned", "service_level_of_offered")
_WAITS = (("phone/antwerpen", "answered"), ("phone/antwerpen", "abandoned"), ("e-mail", "answered"))
_DIFFERENCES: Mapping[Scope, tuple[str, ...]] = {
    ("all", "all"): ("abandoned", "never_reached", "abandonment", "asa", "at_limit", "service_level_of_offered"),
}
_CONTROLLED: Mapping[Scope, tuple[str, ...]] = {
    ("all", "all"): ("never_reached", "never_reached_share", "answered", "abandoned", "abandonment", "busy"),
    ("channel", "chat"): ("answered", "never_reached", "never_reached_share"),
    ("province", "limburg"): ("never_reached", "never_reached_share", "abandoned", "abandonment"),
    ("queue", "phone/antwerpen"): ("answered", "abandoned", "abandonment", "service_level_of_offered"),
}
_STOPPED: Mapping[Scope, tuple[str, ...]] = {
    ("all", "all"): ("never_reached_share", "abandonment"),
    ("queue", "phone/antwerpen"): ("asa", "at_limit"),
    ("lines", "e-mail"): ("overtime",),
}


def section_of(out: Path, *, replications: int, runs: int) -> str:
    """All tables, simulated and drawn anew."""
    base, plan = (simulated(scenario(), replications, out) for scenario in (campaign, second_line))
    day, rare = (simulated(a_day(lines=lines), replications, out) for lines in (2, 3))
    exact = simulated(a_day(lines=2, busyness=0.0), 2 * replications, out)
    usual = [*_measures(base, _CAMPAIGN, runs), *_measures(day, {("all", "all"): _DAY}, runs)]
    of_campaign = sum(map(len, _CAMPAIGN.values()))
    quantiles = list(_quantiles({"campaign": base, "day": day}, runs))
    paired = list(_paired(base, plan, runs))
    text = [
        "## Intervals hold what they promise",
        _explained(replications, runs, _extremes([*usual, *quantiles, *paired])),
        "### Usual measures: the campaign of 2020",
        _table(("of", "measure"), usual[:of_campaign]),
        "### Small and skewed: one day of 24 contacts, busy or not (two lines; 1.2 give up a day)",
        _table(("of", "measure"), usual[of_campaign:]),
        "### Rare: the same day with three lines (0.2 give up a day)",
        _table(("of", "measure"), _measures(rare, {("all", "all"): _RARE}, runs)),
        "### Rare counts, one by one and in clumps (true mean known)",
        _table(("clumps of", "events expected in all"), _counts(runs)),
        "### Quantiles of waits",
        _table(("of", "wait that so many stay within"), quantiles),
        "### Paired differences: a second line in Antwerpen",
        _table(("of", "measure"), paired),
        "### Against exact theory, in runs without a replication in common",
        _theory(exact),
        "### After stopping at a wished precision",
        _stopped(base, runs),
        "### Control variates",
        _controlled(base, runs),
    ]
    return "\n\n".join(text) + "\n"


def _explained(replications: int, runs: int, extremes: str) -> str:
    """What the tables are, and what may be relied on."""
    what = (
        f"Percent of {runs:,} runs of n replications whose 95 % interval holds the true value (waits and the last two "
        "tables: half as many runs); in brackets what Student's symmetric interval with the delta method does on the "
        "same runs, for waits Woodruff's with it and whole bins. Runs are drawn with replacement from "
        f"{replications:,} simulated replications (waits: 1,000), whose own value is the true one. One standard error "
        f"is {100 * (0.05 * 0.95 / runs) ** 0.5:.1f}. `python -m tests.long.coverage` writes this section."
    )
    relied = (
        "**What may be relied on.** From 20 replications on, what is not rare is held in 93.5 to 96.5 % of runs, with "
        f"these exceptions among the entries for usual, small and paired measures and for waits: {extremes}. Longest "
        "waits are maxima and skewed to the left, which no interval here knows of. Rare events that come one by one "
        "are held in 95 % or more at any n. Rare clumps are held where some ten of them are to be expected; below, as "
        "seldom as the chance of having seen none, since nothing tells how large one would be. A mean of waits that "
        "hardly anybody has is the same: held too seldom until there were some tens of them."
    )
    return "\n\n".join(textwrap.fill(text, 118, break_on_hyphens=False) for text in (what, relied))


def _extremes(rows: Sequence[_Row]) -> str:
    """Entries from 20 replications on that are out of 93.5 to 96.5 %, and how many there are in all."""
    entries = [(of, what, n, 100 * c.share) for of, what, covered in rows for n, c in covered.items() if n >= 20]
    out = [f"{what} of {of} {share:.1f} at {n}" for of, what, n, share in entries if not 93.5 <= share <= 96.5]
    return "; ".join(out) + f" (of {len(entries)})" if out else f"none (of {len(entries)})"


def _table(heads: Sequence[str], rows: Iterable[_Row]) -> str:
    lines = [[*heads, *(f"n = {n}" for n in _SIZES)], ["---"] * (2 + len(_SIZES))]
    for of, what, covered in rows:
        cells = (covered[n] for n in _SIZES)
        lines.append([of, what, *(f"{100 * c.share:.1f} ({100 * c.student:.1f})" for c in cells)])
    return _markdown(lines)


def _markdown(lines: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _measures(result: Result, wanted: Mapping[Scope, Sequence[str]], runs: int) -> Iterator[_Row]:
    for (kind, name), measures in wanted.items():
        values = result.values(kind=kind, name=name)
        for measure in measures:
            definition = DEFINITIONS[measure]
            of = "day" if result.scenario.name.startswith("day") else name
            yield of, measure, {n: of_measure(values, definition, n=n, runs=runs) for n in _SIZES}


def _counts(runs: int) -> Iterator[_Row]:
    for clump in (1.0, 5.0):
        for total in (0.5, 2.0, 5.0, 20.0, 100.0):
            yield f"{clump:g}", f"{total:g}", {n: of_counts(total / n, clump, n=n, runs=runs) for n in _SIZES}


def _quantiles(results: Mapping[str, Result], runs: int) -> Iterator[_Row]:
    wanted = [("campaign", *which) for which in _WAITS] + [("day", "phone", "answered"), ("day", "phone", "abandoned")]
    for which, queue, outcome in wanted:
        waits = waits_of(results[which], queue=queue, outcome=outcome)
        for share in (0.5, 0.9, 0.95):
            if waits.distribution(slice(None)).at(share) == 0:
                continue  # a wait of nothing at all, which every interval holds
            covered = {n: of_quantile(waits, share, n=n, runs=max(runs // 2, 1)) for n in _SIZES}
            yield f"{queue} ({which}), {outcome}", f"{share:.0%}", covered


def _paired(base: Result, plan: Result, runs: int) -> Iterator[_Row]:
    for (kind, name), measures in _DIFFERENCES.items():
        before, after = (result.values(kind=kind, name=name) for result in (base, plan))
        for measure in measures:
            definition = DEFINITIONS[measure]
            yield name, measure, {n: of_difference(before, after, definition, n=n, runs=runs) for n in _SIZES}


def _theory(result: Result) -> str:
    """Days of M/M/c+M from empty: what is expected in them is known."""
    rates = [("0 s", 1.0), ("24 h", 0.0)]
    day = varying_day(arrivals_per_hour=rates, handling="30 min", patience="15 min", lines=2, until="72 h")
    true = {
        "offered": 24.0,
        "abandoned": float(day.abandoned.sum()),
        "abandonment": 100 * day.abandoned_share,
        "mean_wait": day.mean_wait_s,
    }
    values = result.values()
    lines = [["measure", "exact", "simulated", *(f"n = {n}" for n in _SIZES)], ["---"] * (3 + len(_SIZES))]
    for measure, value in true.items():
        covered = (of_blocks(values, DEFINITIONS[measure], n=n, true=value) for n in _SIZES)
        cells = [f"{100 * c.share:.1f} ({100 * c.student:.1f})" for c in covered]
        found = result.estimate(measure)
        lines.append([measure, f"{value:.4g}", f"{found.value:.4g} ±{found.half:.2g}", *cells])
    return _markdown(lines)


def _stopped(result: Result, runs: int) -> str:
    heads = ["of", "measure", "replications if the spread were known", "mean number at the stop", "coverage"]
    lines = [heads, ["---"] * len(heads)]
    for (kind, name), measures in _STOPPED.items():
        values = result.values(kind=kind, name=name)
        for measure in measures:
            for needed in (120, 300, 1000):
                found = after_stopping(values, DEFINITIONS[measure], needed=needed, runs=max(runs // 2, 1))
                cells = (f"{found.replications:,.0f}", f"{100 * found.covered.share:.1f}")
                lines.append([name, measure, f"{needed:,}", *cells])
    return _markdown(lines)


def _controlled(result: Result, runs: int) -> str:
    heads = ["of", "measure", *(f"{what}, n = {n}" for n in (50, 200) for what in ("coverage", "squared width left"))]
    lines = [heads, ["---"] * len(heads)]
    known = expected_of(result.scenario)
    for (kind, name), measures in _CONTROLLED.items():
        values = result.values(kind=kind, name=name)
        for measure in measures:
            cells = []
            for n in (50, 200):
                covered, ratio = of_controls(values, DEFINITIONS[measure], known, n=n, runs=max(runs // 2, 1))
                cells += [f"{100 * covered.share:.1f}", f"{ratio:.0%}"]
            lines.append([name, measure, *cells])
    return _markdown(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.long.coverage", description="Coverage of intervals, measured."
    )
    parser.add_argument("page", nargs="?", type=Path, default=ROOT / "docs" / "validation.md")
    parser.add_argument("-n", "--replications", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--out", type=Path, default=Path("results"))
    given = parser.parse_args(arguments)
    section = section_of(given.out, replications=given.replications, runs=given.runs)
    given.page.write_text(with_section(given.page.read_text(encoding="utf-8"), "coverage", section), encoding="utf-8")
