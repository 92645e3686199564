"""Results as small tables where a notebook shows them: the main measures with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

from sim.language import ENGLISH, Language
from sim.language.shown import plain, seconds, signed

if TYPE_CHECKING:
    from sim.results import Result
    from sim.studies.compare import Comparison

_PEOPLE = ("callers", "reached", "never_reached", "never_reached_share")
_CONTACTS = ("offered", "answered", "abandoned", "loss")
_DIFFERENCES = ("never_reached", "abandoned", "blocked", "answered", "staffed")


def result_html(result: Result, say: Language = ENGLISH) -> str:
    """People of a run, and contacts and waits of each channel."""
    scenario = result.scenario
    rows = [[say(f"measure.{m}"), plain(result.estimate(m), say)] for m in _PEOPLE]
    people = _table([], rows)
    heads = [say("column.channel"), *(say(f"measure.{m}") for m in _CONTACTS), say("measure.asa")]
    known = {(row.name, row.measure) for row in result.summary() if row.kind == "channel"}
    channels = []
    for name in scenario.channels:
        line = [say.name(name)]
        for measure in (*_CONTACTS, "asa"):
            show = seconds if measure == "asa" else plain
            there = (name, measure) in known
            line.append(show(result.estimate(measure, kind="channel", name=name), say) if there else "-")
        channels.append(line)
    period = say.period(scenario.period.first, scenario.period.last)
    ends = {"replications": say.number(result.replications), "last": say.number(result.replications - 1)}
    key = "run.rests_on" if result.replications > 1 else "run.rests_on_one"
    below = say(key, period=period, seed=result.seed, **ends)
    return _titled(scenario.titled(say.code), below, people + _table(heads, channels))


def comparison_html(found: Comparison, say: Language = ENGLISH) -> str:
    """What each plan changes."""
    rows = [[plan, *(signed(found.difference(plan, m).difference, say) for m in _DIFFERENCES)] for plan in found.plans]
    heads = [say("column.plan"), *(say(f"compare.{m}") for m in _DIFFERENCES)]
    from sim.studies.matters_words import sentences

    below = " ".join([found.interval_told(say), *(sentences(found.matters, say) if found.matters else ())])
    return _titled(say("compare.differences", base=found.base), below, _table(heads, rows))


def _titled(title: str, below: str, content: str) -> str:
    return f"<div><p><strong>{escape(title)}</strong><br><small>{escape(below)}</small></p>{content}</div>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    top = "".join(f"<th{_side(i)}>{escape(head)}</th>" for i, head in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(f"<td{_side(i)}>{escape(cell)}</td>" for i, cell in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<table>{f'<thead><tr>{top}</tr></thead>' if heads else ''}<tbody>{body}</tbody></table>"


def _side(column: int) -> str:
    return ' style="text-align: left"' if column == 0 else ' style="text-align: right"'
