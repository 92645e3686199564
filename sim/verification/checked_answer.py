"""A verification as data: the verdict, systems with what theory and simulation say, and all scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.answers.answer import (
    Answer,
    Axis,
    Column,
    Curves,
    Message,
    Named,
    Part,
    Point,
    Section,
    Series,
    Show,
    Table,
    Term,
    message,
)
from sim.statistics.estimates import Estimate
from sim.verification.checked import Checked
from sim.verification.scores import Score

Floats = NDArray[np.float64]
#: Sentences about what cannot be that people see; all of them are in the files. They are the auditor's own, in English.
_MOST = 10
#: Farther z-scores are drawn at the edge.
_EDGE = 8.0
#: Looks of series: the first, and hollow.
_FIRST, _HOLLOW = 0, 4


def answer_of(found: Checked) -> Answer:
    """All that was looked at."""
    tables = [table for table in _tables(found) if table.rows]
    names = {table.name for table in tables}
    parts: list[Part] = [Show(name) for name in ("wrong", "faults") if name in names]
    parts += [_chart(found)] if found.scores else []
    parts += [Show("systems")] if "systems" in names else []
    return Answer(
        study="verify",
        scenario=None,
        heading=message("verify.heading"),
        question={
            "engines": found.engines,
            "seed": found.seed,
            "thorough": found.thorough,
            "replications": found.replications,
            "passed": found.passed,
        },
        sentences=tuple(_sentences(found)),
        played=(),
        sections=(Section("theory", message("verify.figure"), tuple(parts)),),
        tables=tuple(tables),
    )


def _sentences(found: Checked) -> Iterator[Message]:
    """The answer first."""
    yield message("verify.passed" if found.passed else "verify.not_passed")
    yield message("verify.engines", engines=found.engines, first=found.engines[0])
    yield message(
        "verify.theory",
        measures=len(found.scores),
        systems=len({score.system for score in found.scores}),
        replications=found.replications,
        contacts=found.contacts,
    )
    yield from _about_scores(found)
    ks, ad = Term("p value", found.ks), Term("p value", found.ad)
    key = "verify.normal" if found.normal else "verify.not_normal"
    yield message(key, count=len(found.independent), ks=ks, ad=ad)
    balances = len(found.balances)
    yield message("verify.no_balances", count=balances) if balances else message("verify.balances")
    yield _about_rules(found)


def _about_scores(found: Checked) -> Iterator[Message]:
    if not found.scores:
        return
    if wrong := len(found.significant):
        yield message("verify.wrong_one") if wrong == 1 else message("verify.wrong", count=wrong)
        return
    worst = max(found.scores, key=lambda score: abs(score.z))
    limit = Term("decimals", (found.limit, 2))
    z = Term("difference", worst.z)
    yield message("verify.right", z=z, measure=_measure(worst), system=_system(worst), limit=limit)


def _about_rules(found: Checked) -> Message:
    read = {"contacts": found.audited, "scenarios": found.scenarios}
    if len(found.audits) == 1:
        return message("verify.faults_one", **read)
    if found.audits:
        return message("verify.faults", count=len(found.audits), **read)
    if len(found.engines) == 1:
        return message("verify.rules", **read)
    return message("verify.rules_same", engines=Term("and", found.engines), **read)


def _system(score: Score) -> Term:
    return Term("known", ("system", score.system))


def _measure(score: Score) -> Term:
    return Term("known", ("checked", score.measure))


def _tables(found: Checked) -> Iterator[Table]:
    """What is wrong, systems with an exact solution, what cannot be, and all scores."""
    yield _scores("wrong", message("verify.what_is_wrong"), found.significant)
    by_system: dict[str, list[Score]] = {}
    for score in found.scores:
        by_system.setdefault(score.system, []).append(score)
    farthest = [max(some, key=lambda score: abs(score.z)) for some in by_system.values()]
    note = message("verify.caption", limit=Term("decimals", (found.limit, 2)), count=len(found.scores))
    yield _scores("systems", message("verify.systems"), farthest, note)
    faults = tuple((text,) for text in (*found.balances, *found.audits))
    column = Column("fault", "text", message("verify.fault"))
    yield Table("faults", message("verify.cannot_be"), (column,), faults, most=_MOST)
    every = _scores("scores", message("verify.all_scores"), found.scores)
    independent = tuple((z if isfinite(z) else None,) for z in found.independent)
    yield Table(every.name, every.title, every.columns, every.rows, filed=True)
    columns = (Column("z", "number", message("verify.z")),)
    yield Table("independent", message("verify.separate"), columns, independent, filed=True)


def _scores(name: str, title: Message, scores: Iterable[Score], note: Message | None = None) -> Table:
    columns = (
        Column("system", "text", message("verify.system")),
        Column("measure", "text", message("verify.measure")),
        Column("unit", "text", message("workbook.unit"), filed=True),
        Column("exact", "significant", message("verify.exact")),
        Column("found", "significant", message("verify.found")),
        Column("error", "significant", message("verify.error")),
        Column("z", "difference", message("verify.z")),
        Column("p", "number", message("verify.p"), filed=True),
        Column("adjusted", "number", message("verify.adjusted"), filed=True),
    )
    rows = []
    for score in scores:
        numbers = (score.exact, score.found, score.error, score.z, score.p, score.adjusted)
        names = Named(score.system, _system(score)), Named(score.measure, _measure(score)), score.unit
        rows.append((*names, *(float(x) if isfinite(x) else None for x in numbers)))
    return Table(name, title, columns, tuple(rows), note)


def _chart(found: Checked) -> Curves:
    """Half-normal plot: the sizes of independent z-scores in the band that holds 99 % of each, and those of all."""
    every, independent = (
        np.sort(np.clip(np.abs(z), 0.0, _EDGE)) for z in ([score.z for score in found.scores], list(found.independent))
    )
    n = len(independent)
    place = np.arange(1, n + 1)
    low, high = (_size(special.betaincinv(place, n - place + 1, share)) for share in (0.005, 0.995))
    at = _expected(n)
    band = [Point(float(x), Estimate(float(x), float(a), float(b))) for x, a, b in zip(at, low, high, strict=True)]
    series = (
        Series(message("verify.band"), tuple(band), _FIRST, band=True, bare=True),
        _points(message("verify.every", count=len(every)), _expected(len(every)), every, _HOLLOW),
        _points(message("verify.apart", count=n), at, independent, _FIRST),
    )
    return Curves(
        title=message("verify.figure"),
        across=Axis(message("verify.expected"), zero=True),
        up=message("verify.z_found"),
        series=series,
        caption=message("verify.half_normal"),
        limits=((found.limit, 1),),
    )


def _points(name: Message, at: Floats, values: Floats, look: int) -> Series:
    points = (Point(float(x), Estimate(float(y), float(y), float(y))) for x, y in zip(at, values, strict=True))
    return Series(name, tuple(points), look, line=False)


def _size(share: ArrayLike) -> Floats:
    """Size of a z-score below which this share of them lies."""
    found: Floats = special.ndtri((1 + np.asarray(share, dtype=np.float64)) / 2)
    return found


def _expected(n: int) -> Floats:
    """Where the sizes of n z-scores would be expected."""
    return _size((np.arange(1, n + 1) - 0.5) / max(n, 1))
