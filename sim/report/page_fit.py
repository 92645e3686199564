"""The page of a fit: figures of data against model and every number, one HTML file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.figures.fit import draw_days, draw_fit, draw_hours, svg_of
from sim.fit.checks import Check
from sim.fit.days_scenario import DaysFit
from sim.fit.interval_scenario import IntervalFit
from sim.fit.whole import Fit
from sim.language import ENGLISH, Language
from sim.language.firm import finalized
from sim.language.said import told
from sim.tell.fit import (
    NOT_IN_DAYS,
    day_totals,
    left_out,
    lumped,
    missing_text,
    not_in_file,
    read_days_text,
    read_intervals_text,
    read_text,
    totals,
    unclear,
)
from sim.tell.fit_rows import (
    Row,
    check_cells,
    check_heads,
    day_rows,
    interval_rows,
    number_cells,
    patience_heads,
    patience_rows,
    redial_heads,
    redial_rows,
    rows_of,
    with_ends,
)

_ENVIRONMENT = Environment(
    loader=PackageLoader("sim.fit"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=finalized,
)


@dataclass(frozen=True)
class Line:
    """Cells, and whether the row is marked."""

    cells: tuple[str, ...]
    missed: bool = False


@dataclass(frozen=True)
class Grid:
    """A table on the page, below the picture named ``place``; ``text`` are the columns with words."""

    place: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[Line, ...]
    text: frozenset[int] = field(default_factory=lambda: frozenset({0}))


def fit_page(fit: Fit, say: Language = ENGLISH) -> str:
    """The page of a fitted log."""
    log = fit.log
    notes = [*not_in_file(fit, say), *unclear(fit.pieces.surge, say), *lumped(fit, say)]
    notes += [*(told(note, say) for note in log.notes), *left_out(log.reasons, say)]
    pictures = {name: svg_of(one) for name, one in draw_fit(fit, say).items()}
    return _page(fit.pieces.source, fit.verdict_in(say), read_text(log, say), notes, tables_of(fit, say), pictures, say)


def days_page(fit: DaysFit, say: Language = ENGLISH) -> str:
    """The page of fitted daily counts."""
    counts = fit.daily.counts
    said = (*counts.notes, *fit.daily.warnings, fit.daily.overdispersion.says)
    notes = [
        missing_text(NOT_IN_DAYS, say),
        *day_totals(fit, say),
        *unclear(fit.surge, say),
        *(told(note, say) for note in said),
    ]
    tables = [_number_grid(day_rows(fit, say), say), _check_grid(fit.checks, say)]
    source = re.split(r"[/\\]", counts.source)[-1]
    pictures = {"days": svg_of(draw_days(fit, say))}
    return _page(source, fit.verdict_in(say), read_days_text(fit, say), notes, tables, pictures, say)


def intervals_page(fit: IntervalFit, say: Language = ENGLISH) -> str:
    """The page of fitted counts by interval."""
    counts = fit.counts
    notes = [*totals(counts.parts, counts.offered, counts.answered, say), *(told(note, say) for note in counts.notes)]
    tables = [_number_grid(interval_rows(fit, say), say)]
    pictures = {"hours": svg_of(draw_hours(fit.arrivals, counts.days, say=say))}
    source = re.split(r"[/\\]", counts.source)[-1]
    return _page(source, missing_text(fit.missing, say), read_intervals_text(fit, say), notes, tables, pictures, say)


def _page(
    source: str,
    verdict: str,
    read: str,
    notes: Sequence[str],
    tables: Sequence[Grid],
    pictures: Mapping[str, str],
    say: Language,
) -> str:
    drawn = [
        {"name": name, "title": say(f"picture.page_{name}"), "said": say(f"picture.said_{name}"), "svg": Markup(svg)}
        for name, svg in pictures.items()
    ]
    return _ENVIRONMENT.get_template("fit.html").render(
        say=say, source=source, verdict=verdict, read=read, notes=notes, tables=tables, pictures=drawn,
        version=version("helpline-sim"),
    )  # fmt: skip


def _number_grid(rows: Iterable[Row], say: Language) -> Grid:
    heads = (say("fit.what"), say("fit.value"), say("fit.low"), say("fit.high"), say("fit.how"))
    lines = tuple(Line((*number_cells(row, say), row[2])) for row in rows)
    return Grid("first", say("fit.numbers_short"), heads, lines, frozenset({0, 4}))


def _check_grid(checks: Sequence[Check], say: Language) -> Grid:
    lines = tuple(Line(check_cells(check, say), check.misses) for check in checks)
    return Grid("checks", "", check_heads(say), lines, frozenset({0, 1}))


def tables_of(fit: Fit, say: Language = ENGLISH) -> list[Grid]:
    """Every table of the page."""
    patience = tuple(map(Line, patience_rows(fit, say)))
    laws = tuple(
        Line(
            (
                say.known("law", law.family.name),
                say.number(law.aic, 1),
                say.number(law.distance, 2),
                with_ends(law.mean, say),
            )
        )
        for law in fit.pieces.laws.handling.candidates
    )
    law_heads = (say("laws.law"), say("laws.aic"), say("laws.distance"), say("laws.mean"))
    again = tuple(map(Line, redial_rows(fit, say)))
    return [
        _number_grid(rows_of(fit, say), say),
        Grid("patience", say("patience.page_title"), patience_heads(say), patience, frozenset({0, 5})),
        Grid("handling", say("laws.title"), law_heads, laws),
        Grid("redials", say("redials.page_title"), redial_heads(say), again),
        _check_grid(fit.checks, say),
    ]
