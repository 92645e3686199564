"""``sim erlang``: what theory says of a queue, without a scenario. Heavy packages are imported within the command."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import floor, isfinite
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import LANG, Whole

if TYPE_CHECKING:
    from sim.language import Language
    from sim.theory import SteadyState, Target

_LEVELS = ("excluding short abandons", "of offered", "of answered")
_WIDTH = 118
#: Lines and waiting places: more take too long.
_MOST = 1_000_000


class _Lines(click.FloatRange):
    """A number of lines, whole or not."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        found = super().convert(value, param, ctx)
        if not isfinite(found):
            self.fail(f"{value!r} is not a number of lines.", param, ctx)
        return found


@dataclass(frozen=True)
class _Row:
    """A number and its unit (%, s, erlang, calls, or none); the catalogue has its name and definition."""

    key: str
    value: float
    unit: str
    within: str = ""

    def name(self, say: Language) -> str:
        """What it is called."""
        return say(f"erlang.row_{self.key}")

    def definition(self, say: Language) -> str:
        """What it is."""
        return say(f"erlang.row_{self.key}_text", within=say.duration(self.within))


@dataclass(frozen=True)
class _Aim:
    """A target, and the lines that it needs; ``exactly``: interpolated, None where that is not possible."""

    target: Target
    lines: int
    exactly: float | None


@dataclass(frozen=True)
class _Queue:
    """A queue with these lines, whose numbers lie between those with ``below`` and ``above`` lines."""

    lines: float
    below: SteadyState
    above: SteadyState

    @property
    def whole(self) -> bool:
        """Whether nothing is interpolated."""
        return self.below is self.above


@click.command()
@click.option("--arrivals-per-hour", type=float, required=True, metavar="N", help="Calls that come in an hour.")
@click.option("--handling", required=True, metavar="DURATION", help="Mean handling time, e.g. '40 min'.")
@click.option("--patience", metavar="DURATION", help="Mean patience; without it nobody gives up.")
@click.option(
    "--lines",
    type=_Lines(1, _MOST),
    help="Lines on duty; with --target the number needed if left out. A fraction is interpolated.",
)
@click.option(
    "--places", type=Whole(0, _MOST), help="Waiting places, 0 for a busy tone at once; without it any number."
)
@click.option("--within", metavar="DURATION", help="Acceptable waiting time.  [default: that of --target, else 60 s]")
@click.option(
    "--target", metavar="TEXT", help="'80 % in 60 s', 'ASA 30 s', '5 % abandoned', '1 % blocked' or '5 % lost'."
)
@click.option("--service-level", type=click.Choice(_LEVELS), default=_LEVELS[0], show_default=True, help="In --target.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@LANG
def erlang(
    arrivals_per_hour: float,
    handling: str,
    patience: str | None,
    lines: float | None,
    places: int | None,
    within: str | None,
    target: str | None,
    service_level: str,
    as_json: bool,
    lang: str,
) -> None:
    """Show what exact theory says of one queue that never changes: Erlang A, C or B.

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
    from sim.theory import fractional_lines_needed, lines_needed, parse_target, queue_of

    try:
        goal = parse_target(target, of=service_level) if target is not None else None  # type: ignore[arg-type]
        aim = None
        if goal is not None:
            wanted = {**queue, "target": goal.text, "of": goal.of}
            aim = _Aim(goal, lines_needed(**wanted), fractional_lines_needed(**wanted))
        count = lines or (aim.lines if aim else 1)
        below = queue_of(**queue, lines=floor(count))
        above = below if count == floor(count) else queue_of(**queue, lines=floor(count) + 1)
        found = _Queue(count, below, above)
        short = goal.within if goal is not None and goal.what == "answered" else ""
        rows = list(_between(found, within or short or "60 s"))
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps(_document(found, rows, aim), indent=2, ensure_ascii=False))
        return
    from sim.language import language

    click.echo(_page(found, rows, aim, language(lang)))


def _between(queue: _Queue, within: str) -> Iterator[_Row]:
    """The rows, interpolated linearly between two numbers of lines."""
    share = queue.lines - queue.below.lines
    for low, high in zip(_rows(queue.below, within), _rows(queue.above, within), strict=True):
        yield replace(low, value=low.value + share * (high.value - low.value) if share else low.value)


def _rows(queue: SteadyState, within: str) -> Iterator[_Row]:
    yield _Row("offered_load", queue.offered_load, "erlang")
    yield _Row("carried_load", queue.carried_load, "erlang")
    yield _Row("occupancy", queue.occupancy, "%")
    yield _Row("wait", queue.waits, "%")
    yield _Row("answered", queue.answered, "%")
    yield _Row("abandoned", queue.abandoned, "%")
    yield _Row("blocked", queue.blocked, "%")
    for level in ("of offered", "excluding short abandons", "of answered"):
        share = queue.answered_within(within, of=level)
        yield _Row(f"service_level_{level.replace(' ', '_')}", share, "%", within)
    yield _Row("asa", queue.asa_s, "s")
    yield _Row("wait_of_all", queue.mean_wait_s, "s")
    yield _Row("wait_of_the_abandoned", queue.mean_wait_abandoned_s, "s")
    yield _Row("wait_of_the_waiting", queue.mean_wait_of_waiting_s, "s")
    yield _Row("mean_queue", queue.mean_queue, "calls")


def _document(found: _Queue, rows: list[_Row], aim: _Aim | None) -> dict[str, Any]:
    from sim.language import CODES, ENGLISH, language

    queue = found.below
    aims = {"target": aim.target.text, "service_level": aim.target.of, "lines_needed": aim.lines} if aim else {}
    if aim:
        aims["lines_needed_interpolated"] = aim.exactly
    between = {} if found.whole else {"interpolated_between": [found.below.lines, found.above.lines]}
    return {
        "model": queue.model,
        "source": queue.source,
        "arrivals_per_hour": queue.arrivals_per_hour,
        "handling_s": queue.handling_s,
        "patience_s": queue.patience_s if isfinite(queue.patience_s) else None,
        "lines": queue.lines if found.whole else found.lines,
        "places": queue.places,
        **between,
        **aims,
        "measures": [
            {
                "name": row.name(ENGLISH),
                # A share stays a fraction; a wait of nobody is null.
                "value": row.value if isfinite(row.value) else None,
                "unit": "fraction" if row.unit == "%" else row.unit,
                "definition": {code: row.definition(language(code)) for code in CODES},
            }
            for row in rows
        ],
    }


def _page(found: _Queue, rows: list[_Row], aim: _Aim | None, say: Language) -> str:
    queue = found.below
    texts = [say("erlang.formula", source=queue.source), _said(found, say)]
    if not found.whole:
        texts.append(say("erlang.interpolated", low=say.number(queue.lines), high=say.number(found.above.lines)))
    lines = [_model(queue, say), *(line for text in texts for line in textwrap.wrap(text, _WIDTH)), ""]
    lines += [f"  {row.name(say):<38}{_shown(row, say):>16}   {row.definition(say)}" for row in rows]
    return "\n".join([*lines, "", _needed(aim, say)] if aim else lines)


def _model(queue: SteadyState, say: Language) -> str:
    """The model's name: K is told in words."""
    impatient = isfinite(queue.patience_s)
    if queue.places is None:
        return say("erlang.a") if impatient else say("erlang.c")
    if queue.places == 0:
        return say("erlang.b")
    return say("erlang.km") if impatient else say("erlang.k")


def _needed(aim: _Aim, say: Language) -> str:
    goal, lines = aim.target, say.number(aim.lines)
    if aim.exactly is not None:
        lines = say("erlang.needed_exactly", lines=lines, exactly=say.number(aim.exactly, 2))
    share = say.value(goal.text[: goal.text.index("%") + 1].strip()) if "%" in goal.text else ""
    target = say(f"erlang.target_{goal.what}", share=share, within=say.duration(goal.within))
    if goal.what != "answered":
        return say("erlang.needed", target=target, lines=lines)
    level = say(f"erlang.level_{goal.of.replace(' ', '_')}")
    return say("erlang.needed_level", target=target, level=level, lines=lines)


def _said(found: _Queue, say: Language) -> str:
    """The queue in words, with what the model assumes."""
    from sim.units import format_duration

    queue = found.below

    def shown(seconds: float) -> str:
        return say.duration(format_duration(round(seconds * 1000)))

    mean = shown(queue.handling_s)
    handling = say("erlang.handling_exponential", mean=mean)
    patience = say("erlang.nobody_gives_up")
    if queue.places == 0:
        handling, patience = say("erlang.handling_any", mean=mean), say("erlang.nobody_waits")
    elif isfinite(queue.patience_s):
        patience = say("erlang.patience", mean=shown(queue.patience_s))
    return say(
        "erlang.assumed",
        arrivals=say.value(f"{queue.arrivals_per_hour:g}"),
        handling=handling,
        patience=patience,
        lines=say("erlang.line") if found.lines == 1 else say("erlang.lines", count=say.value(f"{found.lines:g}")),
        places=_places(queue.places, say),
    )


def _places(places: int | None, say: Language) -> str:
    if places is None:
        return say("erlang.any_places")
    return say("erlang.place") if places == 1 else say("erlang.places", count=say.number(places))


def _shown(row: _Row, say: Language) -> str:
    if not isfinite(row.value):
        return "-"
    if row.unit == "%":
        return f"{say.number(100 * row.value, 2)} %"
    unit = say("erlang.unit_calls") if row.unit == "calls" else say.known("unit", row.unit)
    return f"{say.number(row.value, 1 if row.unit == 's' and row.value >= 10 else 3)} {unit}"
