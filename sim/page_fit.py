"""The page of a fit: figures of data against model and every number, one HTML file that needs no network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from sim.figures.fit import draw_days, draw_fit, svg_of
from sim.fit.checks import Check, shown
from sim.fit.days_scenario import DaysFit
from sim.fit.redials import WINDOWS
from sim.fit.whole import Fit
from sim.tell.fit import check_cells, day_rows, patience_rows, rows_of, window_text, with_ends

_ENVIRONMENT = Environment(
    loader=PackageLoader("sim.fit"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TITLES = {
    "hours": "When people call",
    "patience": "How long callers would wait",
    "handling": "How long calls take",
    "redials": "Who calls again",
    "lines": "How many lines were there",
    "trace": "The log's own callers through its own lines",
    "scenario": "The fitted scenario beside the log",
    "days": "Contacts by day, and the week to come",
}
_SAID = {
    "hours": """The model multiplies a weekday's weight with an hour's; where it leaves the grey interval of the
        log's own days, the week has a pattern that the product does not.""",
    "patience": """The dotted curve is what follows from the mean wait of those who gave up, the usual mistake: only the
        impatient are seen giving up.""",
    "handling": """Points on the line: the law has the log's own quantiles. A² is Anderson and Darling's distance,
        in which tails weigh most.""",
    "redials": "The served show how many would have called anyway.",
    "lines": """A log shows who talked, not who was ready to. While somebody waits, as many lines are there as talk;
        elsewhere the number is a lower bound.""",
    "trace": """Who called, how long each conversation took and how many lines there were is as logged; only patience is
        drawn.""",
    "days": "The grey bars hold 95 % of such weeks, if they go on as the weeks before did.",
    "scenario": "Callers, patience, handling times and redials are drawn; lines are those of an average week.",
}


@dataclass(frozen=True)
class Row:
    """Cells, and whether the row is marked."""

    cells: tuple[str, ...]
    missed: bool = False


@dataclass(frozen=True)
class Grid:
    """A table on the page, below the picture named ``place``; ``text`` are the columns with words."""

    place: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    text: frozenset[int] = field(default_factory=lambda: frozenset({0}))


def fit_page(fit: Fit) -> str:
    """The page of a fitted log."""
    log = fit.log
    pictures = [
        {"name": name, "title": _TITLES[name], "said": " ".join(_SAID[name].split()), "svg": Markup(svg_of(figure))}
        for name, figure in draw_fit(fit).items()
    ]
    words: dict[str, Any] = {
        "title": f"Fitted to {fit.pieces.source}",
        "verdict": fit.verdict,
        "read": f"{len(log):,} calls from {log.start} over {log.days} days; "
        f"{len(log.dropped):,} of {log.rows:,} rows were left out.",
        "notes": [*log.notes, *(f"left out, {count:,} times: {reason}" for reason, count in log.reasons)],
        "tables": tables_of(fit),
        "pictures": pictures,
        "version": version("helpline-sim"),
        "source": fit.pieces.source,
    }
    return _ENVIRONMENT.get_template("fit.html").render(words)


def days_page(fit: DaysFit) -> str:
    """The page of fitted daily counts."""
    counts = fit.daily.counts
    source = re.split(r"[/\\]", counts.source)[-1]
    rows = tuple(
        Row((what, *(shown(x, fitted.unit) for x in (fitted.value, fitted.low, fitted.high)), how))
        for what, fitted, how in day_rows(fit)
    )
    heads = ("what", "value", "low", "high", "how")
    words: dict[str, Any] = {
        "title": f"Fitted to {source}",
        "verdict": fit.verdict,
        "read": f"{counts.days} days from {counts.start}; "
        f"{len(counts.dropped):,} of {counts.rows:,} rows were left out.",
        "notes": [*counts.notes, *fit.daily.warnings, fit.daily.overdispersion.says],
        "tables": [
            Grid("first", "Fitted numbers", heads, rows, frozenset({0, 4})),
            _check_grid(fit.checks),
        ],
        "pictures": [
            {"name": "days", "title": _TITLES["days"], "said": _SAID["days"], "svg": Markup(svg_of(draw_days(fit)))}
        ],
        "version": version("helpline-sim"),
        "source": source,
    }
    return _ENVIRONMENT.get_template("fit.html").render(words)


def _check_grid(checks: Sequence[Check]) -> Grid:
    rows = tuple(Row((check.about, check.what, *check_cells(check)), check.misses) for check in checks)
    return Grid("checks", "", ("check", "number", "log", "model", "95 % of such logs"), rows, frozenset({0, 1}))


def tables_of(fit: Fit) -> list[Grid]:
    """Every table of the page."""
    numbers = tuple(
        Row((what, *(shown(x, fitted.unit) for x in (fitted.value, fitted.low, fitted.high)), how))
        for what, fitted, how in rows_of(fit)
    )
    patience = tuple(Row(tuple(row)) for row in patience_rows(fit))
    found = [
        Grid("first", "Fitted numbers", ("what", "value", "low", "high", "how"), numbers, frozenset({0, 4})),
        Grid("patience", "By queue and priority", PATIENCE_HEADS, patience, frozenset({0, 5})),
    ]
    handling = fit.pieces.laws.handling
    laws = tuple(
        Row((law.family.name, f"{law.aic:,.1f}", f"{law.distance:.2f}", with_ends(law.mean)))
        for law in handling.candidates
    )
    found.append(Grid("handling", "Laws held against each other", ("law", "AIC", "A²", "mean"), laws))
    redials = fit.pieces.redials
    again = tuple(
        Row((outcome, f"{redials.calls[outcome]:,}", *map(with_ends, shares)))
        for outcome, shares in redials.again.items()
    )
    heads = ("after", "calls", *(f"within {window_text(window)}" for window in WINDOWS))
    found.append(Grid("redials", "Calls again, from call to call", heads, again))
    found.append(_check_grid(fit.checks))
    return found


PATIENCE_HEADS = ("of", "gave up", "answered after a wait", "wrong: mean wait of those who gave up",
                  "exponential, censored", "chosen law", "its mean")  # fmt: skip
