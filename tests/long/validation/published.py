"""What is published of helpline 1712, beside what its scenarios give."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Literal

import numpy as np

from sim.language.shown import plain
from sim.results.result import Result
from sim.scenario.load import load
from sim.statistics.cells import AT
from sim.statistics.estimates import Estimate, Moments, Pairs
from sim.studies.run import run

#: A test could have failed; what was put in or fitted comes out by itself.
Kind = Literal["test", "put in", "fitted"]
Scope = tuple[str, str]
ALL: Scope = ("all", "all")

_TALK = "handling.phone.conversation.mean"
#: With these the register counts what was published without the campaign and, with 213 more, in it.
_PEOPLE = "demand.contacts=210"
#: Scenarios that are run, by the name under which they are known below.
RUNS: dict[str, tuple[str, tuple[str, ...]]] = {
    "base": ("1712-baseline-2019", ()),
    "campaign": ("als-je-eens-wist-2020", ()),
    "campaign, short calls": ("als-je-eens-wist-2020", (f"{_TALK}=25 min",)),
    "campaign, long calls": ("als-je-eens-wist-2020", (f"{_TALK}=50 min",)),
    "campaign, calls of the lockdown": ("als-je-eens-wist-2020", (f"{_TALK}=44 min",)),
    "base, fewer people": ("1712-baseline-2019", (_PEOPLE,)),
    "campaign, twice as many people": ("als-je-eens-wist-2020", (_PEOPLE, "campaigns.als-je-eens-wist.extra=213")),
    "december": ("1712-day-2019", ()),
    "lockdown": ("lockdown-2020", ()),
    "lockdown, calls of February": ("lockdown-2020", (f"{_TALK}=35 min",)),
}


@dataclass(frozen=True)
class Check:
    """A published number and the simulated one, in the same unit; they agree within ``within`` percent of it."""

    what: str
    published: float
    simulated: Estimate
    within: float
    kind: Kind
    assumed: str
    could_fail: str

    @property
    def verdict(self) -> str:
        """What comes of it."""
        off = 100 * (self.simulated.value / self.published - 1)
        by = f"({round(off):+d} %)"
        if self.kind != "test":
            return f"no test: {self.kind} {by}"
        return f"agrees {by}" if abs(off) <= self.within else f"**differs {by}**"


@dataclass(frozen=True)
class Runs:
    """The results of RUNS."""

    results: dict[str, Result]

    def sums(self, name: str, column: str, scope: Scope = ALL) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """A column of the period by replication."""
        kind, of = scope
        found: np.ndarray[tuple[int], np.dtype[np.int64]] = self.results[name].values(kind=kind, name=of)[:, AT[column]]
        return found

    def mean(self, name: str, column: str, scope: Scope = ALL, *, per: float = 1) -> Estimate:
        """Per period, or per one of ``per`` in it."""
        values = self.sums(name, column, scope)
        ones = np.full_like(values, 1)
        return _scaled(_ratio(values, ones), 1 / per)

    def share(self, name: str, over: tuple[str, Scope], under: tuple[str, Scope] = ("answered", ALL)) -> Estimate:
        """Percent of one column in another."""
        return _scaled(_ratio(self.sums(name, *over), self.sums(name, *under)), 100)

    def answered(self, name: str) -> str:
        """Contacts answered, in words."""
        return plain(self.mean(name, "answered"))


def _ratio(
    over: np.ndarray[tuple[int], np.dtype[np.int64]], under: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> Estimate:
    pairs = Pairs(("over", "under"), (({"over": 1}, {"under": 1}),))
    return Moments.of(pairs, np.stack([over, under], axis=1)[:, None, :]).ratio(0, {"over": 1}, {"under": 1})


def _scaled(found: Estimate, scale: float) -> Estimate:
    return Estimate(found.value * scale, found.low * scale, found.high * scale)


def checks_of(scenarios: Path, *, replications: int) -> list[Check]:
    """Run the scenarios in this folder and hold them against what is published."""
    with tempfile.TemporaryDirectory() as scratch:
        runs = Runs({name: _run(scenarios, *stated, replications, Path(scratch)) for name, stated in RUNS.items()})
        return [*_campaign(runs), *_fitted(runs), *_shares(runs), *_lockdown(runs)]


def _run(scenarios: Path, file: str, settings: tuple[str, ...], replications: int, out: Path) -> Result:
    scenario = load(scenarios / f"{file}.yaml", list(settings))
    return run(scenario, replications=replications, out=out, keep_contacts=0)


def _campaign(runs: Runs) -> Iterator[Check]:
    short, long = (runs.answered(f"campaign, {length} calls") for length in ("short", "long"))
    yield Check(
        what="contacts in the register, 10-27 February 2020",
        published=429,
        simulated=runs.mean("campaign", "answered"),
        within=5,
        kind="test",
        assumed="429 people try while open (a lower bound), beside 131 per 100 who first meet a closed door",
        could_fail=f"yes: tried is put in, answered is not; calls of 30 minutes give {short}, of 55 give {long}",
    )
    yield Check(
        what="the same, a working day (reported as 31)",
        published=429 / 14,
        simulated=runs.mean("campaign", "answered", per=14),
        within=5,
        kind="test",
        assumed="14 working days",
        could_fail="only together with the line above",
    )
    yield Check(
        what="contacts in the register without the campaign",
        published=244,
        simulated=runs.mean("base", "answered"),
        within=5,
        kind="test",
        assumed="244 people try while open, beside 131 per 100 at a closed door",
        could_fail="yes; who meets a closed door and calls again comes on top of the 244",
    )
    yield Check(
        what="rise of the register in the campaign, %",
        published=76,
        simulated=_rise(runs),
        within=5,
        kind="test",
        assumed="a rise of 76 % in people who try",
        could_fail="yes: busy lines answer a smaller part of more calls",
    )
    yield Check(
        what="contacts in the register, with the calls of the lockdown",
        published=429,
        simulated=runs.mean("campaign, calls of the lockdown", "answered"),
        within=5,
        kind="test",
        assumed="conversations of 44 minutes, fitted to April 2020, in place of 35",
        could_fail="yes: a time found in one period, held against another",
    )


def _fitted(runs: Runs) -> Iterator[Check]:
    """Both counts of February at once."""
    yield Check(
        what="contacts in the register without the campaign, fewer people",
        published=244,
        simulated=runs.mean("base, fewer people", "answered"),
        within=5,
        kind="fitted",
        assumed="210 people who try while open",
        could_fail="no",
    )
    yield Check(
        what="contacts in the register in the campaign, twice as many people",
        published=429,
        simulated=runs.mean("campaign, twice as many people", "answered"),
        within=5,
        kind="fitted",
        assumed="210 and 213 more: a rise of 101 % in people who try",
        could_fail="no; but both counts then hold at once, which they do not with 244 and 429",
    )


def _rise(runs: Runs) -> Estimate:
    found = _scaled(_ratio(runs.sums("campaign", "answered"), runs.sums("base", "answered")), 100)
    return Estimate(found.value - 100, found.low - 100, found.high - 100)


def _shares(runs: Runs) -> Iterator[Check]:
    phone, west = ("answered", ("channel", "phone")), ("answered", ("province", "west-vlaanderen"))
    yield Check(
        what="by phone, % of contacts in the campaign (about)",
        published=80,
        simulated=runs.share("campaign", phone),
        within=5,
        kind="test",
        assumed="80 % of the people who try do so by phone",
        could_fail="weakly: put in for who tries; who is answered depends on how much each channel loses",
    )
    for name, year, published in (("base", 2019, 18.3), ("lockdown", 2020, 18.2)):
        yield Check(
            what=f"West Flanders, % of contacts in {year}",
            published=published,
            simulated=runs.share(name, west),
            within=5,
            kind="test",
            assumed="demand follows the population (18.1 %), one line in each province",
            could_fail="yes: with one line each, large provinces lose more and small ones take a larger share",
        )
    yield Check(
        what="calls of a West Flemish worker a day, December 2019",
        published=5,
        simulated=runs.mean("december", "answered", ("queue", "phone/west-vlaanderen"), per=10),
        within=20,
        kind="test",
        assumed="20 people a day who try, 18.1 % of them there, and a surge of the 1712 day",
        could_fail="yes; said by one person to a newspaper, and nothing says whom the five include",
    )
    yield Check(
        what="calls outside hours per 100 contacts in the register (2016-17)",
        published=131,
        simulated=runs.share("base", ("closed", ("channel", "phone"))),
        within=10,
        kind="put in",
        assumed="131 first calls at a closed door per 100 while open",
        could_fail="no; it went in per 100 people who phone, and is published per 100 contacts by any channel",
    )


def _lockdown(runs: Runs) -> Iterator[Check]:
    phone = ("channel", "phone")
    yield Check(
        what="calls not answered, April-August 2020, % (about half)",
        published=50,
        simulated=runs.share("lockdown", ("abandoned", phone), ("offered", phone)),
        within=10,
        kind="fitted",
        assumed="conversations of 44 minutes, chosen so that half is lost",
        could_fail="no; that 49 minutes a call lie within the derived 31-53 is a weak test",
    )
    yield Check(
        what="contacts in the register, April 2020",
        published=952,
        simulated=runs.mean("lockdown", "answered"),
        within=5,
        kind="fitted",
        assumed="1,080 people who try, chosen so that 952 are answered",
        could_fail="no",
    )
    yield Check(
        what="calls not answered in the lockdown, with the calls of February, %",
        published=50,
        simulated=runs.share("lockdown, calls of February", ("abandoned", phone), ("offered", phone)),
        within=10,
        kind="test",
        assumed="conversations of 35 minutes, assumed for February, in place of 44",
        could_fail="yes: the opposite of what was done for February",
    )


def published_section(checks: list[Check], *, replications: int) -> str:
    """The table, and how many of its lines say anything."""
    rows = [
        "| published | | simulated | | put in or assumed | could it fail? |",
        "| --- | ---: | ---: | --- | --- | --- |",
    ]
    for check in checks:
        shown = f"{check.published:,.1f}".removesuffix(".0")
        assert isfinite(check.simulated.value), check.what
        cells = (check.what, shown, plain(check.simulated), check.verdict, check.assumed, check.could_fail)
        rows.append("| " + " | ".join(cells) + " |")
    tests = [check for check in checks if check.kind == "test"]
    agree = sum(check.verdict.startswith("agrees") for check in tests)
    return (
        _INTRODUCTION.format(replications=replications)
        + "\n".join(rows)
        + "\n\n"
        + _CONCLUSION.format(tests=len(tests), agree=agree, others=len(checks) - len(tests))
    )


_INTRODUCTION = """## Published numbers of helpline 1712

The scenarios beside what is published of 1712, {replications} replications each; ± is half a 95 % interval of the mean
and says nothing of what is assumed. A number that was put into a scenario, or that a scenario was fitted to, is
no test of it. `python -m tests.long.validation` writes this section.

"""
_CONCLUSION = """Of {tests} lines that could have failed {agree} agree (within 5 %; 20 % for the worker's calls,
10 % for the half), not all of them independent; {others} could not fail. The tests are weak: the register counts the
answered, nobody has published how many tried, how long a call takes at 1712 or how long people wait there, and several
pairs of these give the same counts ([lockdown.md](lockdown.md)).

**Answered is not tried.** The scenarios of February put the register's counts in as people who try while the line is
open. People who first met a closed door come on top (40 % of them are assumed to call again), so the quiet weeks answer
more than were counted, while the lines of the campaign are too busy to. Both counts hold at once if fewer people try in
quiet weeks and about twice as many in the campaign: the need then rose more than the 76 % of the register.
"""
