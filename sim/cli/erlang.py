"""``sim erlang``: what theory says of a queue, without a scenario. Heavy packages are imported within the command."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.theory import SteadyState

_LEVELS = ("excluding short abandons", "of offered", "of answered")
_WIDTH = 118


@dataclass(frozen=True)
class _Row:
    """A number, its unit (%, s, erlang, calls, or none) and what it is."""

    name: str
    value: float
    unit: str
    definition: str


@click.command()
@click.option("--arrivals-per-hour", type=float, required=True, metavar="N", help="Calls that come in an hour.")
@click.option("--handling", required=True, metavar="DURATION", help="Mean handling time, e.g. '40 min'.")
@click.option("--patience", metavar="DURATION", help="Mean patience; without it nobody gives up.")
@click.option("--lines", type=click.IntRange(1), help="Lines on duty; with --target the number needed if left out.")
@click.option(
    "--places", type=click.IntRange(0), help="Waiting places, 0 for a busy tone at once; without it any number."
)
@click.option("--within", metavar="DURATION", help="Acceptable waiting time.  [default: that of --target, else 60 s]")
@click.option("--target", metavar="TEXT", help="'80 % in 60 s', '5 % abandoned', '1 % blocked' or '5 % lost'.")
@click.option("--service-level", type=click.Choice(_LEVELS), default=_LEVELS[0], show_default=True, help="In --target.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def erlang(
    arrivals_per_hour: float,
    handling: str,
    patience: str | None,
    lines: int | None,
    places: int | None,
    within: str | None,
    target: str | None,
    service_level: str,
    as_json: bool,
) -> None:
    """Tell what exact theory says of one queue that never changes: Erlang A, C or B.

    With --patience Erlang A, without it Erlang C; with --places 0 Erlang B, with other places the queue M/M/c/K.
    """
    queue: dict[str, Any] = {
        "arrivals_per_hour": arrivals_per_hour,
        "handling": handling,
        "patience": patience,
        "places": places,
    }
    if lines is None and target is None:
        raise click.UsageError("give --lines, or a --target for which the lines are counted")
    from sim.theory import lines_needed, parse_target, queue_of

    try:
        goal = parse_target(target, of=service_level) if target is not None else None  # type: ignore[arg-type]
        needed = lines_needed(**queue, target=goal.text, of=goal.of) if goal else None
        found = queue_of(**queue, lines=lines or needed or 1)
        rows = list(_rows(found, within or (goal.within if goal else "") or "60 s"))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    aim = {"target": goal.text, "service_level": goal.of, "lines_needed": needed} if goal else {}
    click.echo(json.dumps(_document(found, rows, aim), indent=2) if as_json else _page(found, rows, aim))


def _rows(queue: SteadyState, within: str) -> Iterator[_Row]:
    yield _Row("offered load", queue.offered_load, "erlang", "arrivals x handling time")
    yield _Row("carried load", queue.carried_load, "erlang", "mean number of busy lines")
    yield _Row("occupancy", queue.occupancy, "%", "busy line time / line time")
    yield _Row("wait", queue.waits, "%", "offered calls that meet all lines busy and wait")
    yield _Row("answered", queue.answered, "%", "answered / offered")
    yield _Row("abandoned", queue.abandoned, "%", "gave up waiting / offered")
    yield _Row("blocked", queue.blocked, "%", "busy tone / offered")
    for level, over in (
        ("of offered", "offered"),
        ("excluding short abandons", f"(offered - gave up within {within})"),
        ("of answered", "answered"),
    ):
        share = queue.answered_within(within, of=level)  # type: ignore[arg-type]
        yield _Row(f"service level {level}", share, "%", f"answered within {within} / {over}")
    yield _Row("ASA", queue.asa_s, "s", "mean wait of the answered, those answered at once included")
    yield _Row("wait of all", queue.mean_wait_s, "s", "mean wait of all who get in, answered or not")
    yield _Row("wait of the abandoned", queue.mean_wait_abandoned_s, "s", "mean time after which who gives up does so")
    yield _Row(
        "wait of the waiting", queue.mean_wait_of_waiting_s, "s", "mean wait of who meets all lines busy and waits"
    )
    yield _Row("mean queue", queue.mean_queue, "calls", "time average of the number waiting")


def _document(queue: SteadyState, rows: list[_Row], aim: dict[str, Any]) -> dict[str, Any]:
    return {
        "model": queue.model,
        "source": queue.source,
        "arrivals_per_hour": queue.arrivals_per_hour,
        "handling_s": queue.handling_s,
        "patience_s": queue.patience_s if isfinite(queue.patience_s) else None,
        "lines": queue.lines,
        "places": queue.places,
        **aim,
        "measures": [
            {
                "name": row.name,
                # A share stays a fraction; a wait of nobody is null.
                "value": row.value if isfinite(row.value) else None,
                "unit": "fraction" if row.unit == "%" else row.unit,
                "definition": row.definition,
            }
            for row in rows
        ],
    }


def _page(queue: SteadyState, rows: list[_Row], aim: dict[str, Any]) -> str:
    lines = [queue.model, *textwrap.wrap(f"Formula: {queue.source}", _WIDTH), *textwrap.wrap(_said(queue), _WIDTH), ""]
    lines += [f"  {row.name:<38}{_shown(row):>16}   {row.definition}" for row in rows]
    if aim:
        formula = f" (service level {aim['service_level']})" if " in " in aim["target"] else ""
        lines += ["", f"Lines needed for {aim['target']}{formula}: {aim['lines_needed']}"]
    return "\n".join(lines)


def _said(queue: SteadyState) -> str:
    """The queue in words, with what the model assumes."""
    from sim.quantities import format_duration

    handling = format_duration(round(queue.handling_s * 1000))
    kind = "any handling time with" if queue.places == 0 else "exponential handling time,"
    patience = "nobody gives up"
    if queue.places == 0:
        patience = "nobody waits"
    elif isfinite(queue.patience_s):
        patience = f"exponential patience, mean {format_duration(round(queue.patience_s * 1000))}"
    places = "any number may wait" if queue.places is None else f"{queue.places} waiting places"
    return (
        f"Assumed: {queue.arrivals_per_hour:g} calls an hour at random (Poisson), {kind} mean {handling}; {patience}; "
        f"{queue.lines} {'line' if queue.lines == 1 else 'lines'}; {places}; first come, first served; steady state."
    )


def _shown(row: _Row) -> str:
    if not isfinite(row.value):
        return "-"
    if row.unit == "%":
        return f"{row.value:.2%}".replace("%", " %")
    return f"{row.value:,.{1 if row.unit == 's' and row.value >= 10 else 3}f} {row.unit}"
