"""Tables whose rows carry bars: the chart and its table are one, and read as a table without the bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import isfinite

from sim.app.looks import Look
from sim.app.words import cell, duration, proper
from sim.language import Language
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import Estimate
from sim.statistics.summary import DEFINITIONS, SERVICE_LEVELS


@dataclass(frozen=True)
class Row:
    """What is said of one province, day or hour: an estimate for each plan."""

    label: str
    found: tuple[Estimate, ...]


def by_province(look: Look, say: Language) -> str:
    """People never reached in each province."""
    rows = [Row(proper(name, say), _both(look, "province", name)) for name in look.plans.today.provinces]
    return bar_table(say("app.by_province"), say("app.province"), rows, look, say)


def by_day(look: Look, say: Language) -> str:
    """The same by the day on which people first called, of days on which anybody did."""
    dates = max(look.plans.today.model.dates, look.plans.plan.model.dates, key=len)
    rows = [Row(say.short_date(date), _both(look, "day", str(day))) for day, date in enumerate(dates)]
    return bar_table(say("app.by_day"), say("app.day"), _some(rows), look, say)


def by_hour(look: Look, say: Language) -> str:
    """The same by the hour at which they first called."""
    rows = [Row(say("app.hour", hour=hour, next=hour + 1), _both(look, "hour", str(hour))) for hour in range(24)]
    return bar_table(say("app.by_hour"), say("app.hour_head"), _some(rows), look, say)


def _both(look: Look, kind: str, name: str) -> tuple[Estimate, ...]:
    return tuple(look.trial.estimate(plan, "never_reached", kind=kind, name=name) for plan in look.trial.plans)


def _some(rows: list[Row]) -> list[Row]:
    return [row for row in rows if any(found.value > 0 for found in row.found)]


def bar_table(title: str, head: str, rows: list[Row], look: Look, say: Language) -> str:
    """Bars of every plan with whiskers over the 95 % interval, and the numbers beside them."""
    most = max((found.high for row in rows for found in row.found if isfinite(found.high)), default=1.0) or 1.0
    names = [say("app.column_today"), say("app.column_plan")][: len(look.trial.plans)]
    heads = "".join(f'<th scope="col" class="num">{escape(name)}</th>' for name in names)
    body = "".join(_row(row, most, say) for row in rows)
    key = "".join(f'<span class="key key{i}">{escape(name)}</span>' for i, name in enumerate(names))
    return (
        f'<table class="bars"><caption>{escape(title)} <span class="keys" aria-hidden="true">{key}</span></caption>'
        f'<thead><tr><th scope="col">{escape(head)}</th><td class="draw" aria-hidden="true"></td>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(row: Row, most: float, say: Language) -> str:
    drawn = "".join(_bar(found, number_, most) for number_, found in enumerate(row.found))
    cells = "".join(f'<td class="num">{cell(found, say)}</td>' for found in row.found)
    return f'<tr><th scope="row">{escape(row.label)}</th><td class="draw" aria-hidden="true">{drawn}</td>{cells}</tr>'


def _bar(found: Estimate, plan: int, most: float) -> str:
    wide = 100 * found.value / most if isfinite(found.value) else 0.0
    whisker = ""
    if isfinite(found.high) and isfinite(found.low):
        left, right = (100 * min(max(end, 0.0), most) / most for end in (found.low, found.high))
        whisker = f'<i class="whisker" style="left:{left:.1f}%;width:{right - left:.1f}%"></i>'
    return f'<span class="bar"><i class="fill fill{plan}" style="width:{wide:.1f}%"></i>{whisker}</span>'


def all_numbers(look: Look, say: Language) -> str:
    """Every measure of today's lines, of the plan, and the difference, with intervals; definitions below."""
    plans = [say("app.column_today")]
    if look.plans.differ:
        plans += [say("app.column_plan"), say("app.column_change")]
    heads = "".join(f'<th scope="col" class="num">{escape(name)}</th>' for name in plans)
    body = "".join(_measure(look, *which, say) for which in _measures(look.plans.today))
    level = SERVICE_LEVELS[look.plans.today.targets.service_level]
    note = say("app.numbers_note", level=say(f"definition.{level}"))
    return (
        f'<table class="numbers"><caption>{escape(say("app.numbers"))}</caption>'
        f'<thead><tr><th scope="col">{escape(say("app.measure"))}</th>{heads}</tr></thead><tbody>{body}</tbody></table>'
        f'<p class="note">{escape(note)}</p>'
    )


def _measures(scenario: Scenario) -> Iterator[tuple[str, str, str]]:
    """Measure, kind and name of every row."""
    for measure in ("callers", "reached", "never_reached", "never_reached_share", "only_closed"):
        yield measure, "all", "all"
    for channel in scenario.channels:
        for measure in ("offered", "answered", "abandoned", "blocked", "sent_away", "loss", "asa"):
            yield measure, "channel", channel
        target = scenario.targets.channels.get(channel)
        if target is not None and target.within is not None:
            yield SERVICE_LEVELS[scenario.targets.service_level], "channel", channel
    yield "staffed", "all", "all"


def _measure(look: Look, measure: str, kind: str, name: str, say: Language) -> str:
    found = [look.trial.estimate(plan, measure, kind=kind, name=name) for plan in look.trial.plans]
    if not any(one.value > 0 for one in found):
        return ""
    unit = DEFINITIONS[measure].unit
    label = say(f"measure.{measure}") if kind == "all" else f"{proper(name, say)}: {say(f'measure.{measure}')}"
    change = look.trial.difference(look.last, measure, kind=kind, name=name) if look.plans.differ else None
    if unit == "s" and isfinite(found[0].value) and found[0].value > 0:
        scaled, word = duration(found[0], say)
        by = scaled.value / found[0].value
        found = [one.scaled(by) for one in found]
        change = None if change is None else change.scaled(by)
        label += f" ({word})"
    elif unit.startswith("h"):
        label += f" ({say.known('unit', 'h')})"
    cells = [cell(one, say) for one in found] + ([] if change is None else [cell(change, say, signed=True)])
    told = "".join(f'<td class="num">{one}</td>' for one in cells)
    return f'<tr><th scope="row">{escape(label)}</th>{told}</tr>'
