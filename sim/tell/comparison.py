"""A comparison in plain words for the terminal: what each plan changes for the same callers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.language import ENGLISH, Language
from sim.language.shown import more_or_fewer, plain, signed
from sim.statistics.estimates import NOTHING, Estimate
from sim.statistics.summary import SERVICE_LEVELS
from sim.studies.compare import Comparison, Difference
from sim.tell.matters import tell_matters
from sim.tell.runs import table_of

#: Measures in the order shown.
_SHOWN = ("abandoned", "blocked", "sent_away", "closed", "answered", "reached", "never_reached", "staffed")
#: Of these, what few plans know: left out where none does.
_RARE = ("sent_away",)


def tell_comparison(found: Comparison, out: Console, say: Language = ENGLISH) -> None:
    """The differences first, then what each plan comes to, which callers changed fate, and what matters most."""
    scenario = found.results[found.base].scenario
    plans = len(found.plans)
    heading = "compare.heading" if plans > 1 else "compare.heading_one"
    title = say(heading, title=scenario.titled(say.code), plans=plans)
    out.print(f"\n[bold]{escape(title)}[/bold]")
    period = say.period(scenario.period.first, scenario.period.last)
    out.print(say("compare.rests_on", period=period, worlds=found.worlds.told(say)))
    for plan in found.plans:
        out.print(f"[bold]{escape(found.called(plan, say))}[/bold]: {sentence(found, plan, say)}")
    for told in found.left_out(say):
        out.print(told, markup=False)
    out.print(_differences(found, say))
    out.print(_levels(found, say))
    out.print(_fates(found, say))
    if found.matters is not None:
        names = (found.called(plan, say) for plan in found.matters.plans)
        tell_matters(found.matters.named(*names), out, say)


def sentence(found: Comparison, plan: str, say: Language) -> str:
    """What a plan changes in calls abandoned and people never reached."""
    gave_up, never = (found.difference(plan, measure) for measure in ("abandoned", "never_reached"))
    return say(
        "compare.sentence",
        abandoned=more_or_fewer(gave_up.difference, "abandoned", say),
        of_abandoned=_percent(gave_up, say),
        never=more_or_fewer(never.difference, "never_reached", say),
        of_never=_percent(never, say),
    )


def _percent(found: Difference, say: Language) -> str:
    if not found.base.value:
        return say("compare.none_before")
    return say.percent(found.difference.value / found.base.value, sign=True)


def _differences(found: Comparison, say: Language) -> Table:
    shown = [m for m in _SHOWN if m not in _RARE or any(_happens(found.difference(p, m)) for p in found.plans)]
    columns = (say("column.plan"), *(say(f"compare.{measure}") for measure in shown))
    caption = found.interval_told(say)
    table = table_of(say("compare.differences", base=escape(found.called(found.base, say))), *columns, caption=caption)
    for plan in found.plans:
        cells = [signed(found.difference(plan, measure).difference, say) for measure in shown]
        table.add_row(escape(found.called(plan, say)), *cells)
    return table


def _happens(found: Difference) -> bool:
    return bool(found.base.value or found.value.value)


def _levels(found: Comparison, say: Language) -> Table:
    level = SERVICE_LEVELS[found.results[found.base].scenario.targets.service_level]
    phone = next(iter(found.results[found.base].scenario.channels))
    channel = say.name(phone)
    measures = ("abandoned", "never_reached", "never_reached_share")
    of_phone = (say(f"compare.channel_{name}", channel=channel) for name in ("loss", "asa", "service"))
    columns = (say("column.plan"), *(say(f"compare.{measure}") for measure in measures), *of_phone)
    caption = say("compare.service_caption", channel=channel, definition=say(f"definition.{level}"))
    table = table_of(say("compare.levels"), *columns, caption=caption)
    for plan in (found.base, *found.plans):
        of = list(_values(found, plan, measures, kind="all", name="all"))
        of += _values(found, plan, ("loss", "asa", level), kind="channel", name=phone)
        table.add_row(escape(found.called(plan, say)), *(plain(value, say) for value in of))
    return table


def _values(found: Comparison, plan: str, measures: tuple[str, ...], *, kind: str, name: str) -> Iterator[Estimate]:
    for measure in measures:
        whose = (d for d in found.differences if (d.measure, d.kind, d.name) == (measure, kind, name))
        d = next((d for d in whose if plan in (found.base, d.plan)), None)
        yield NOTHING if d is None else d.base if plan == found.base else d.value


def _fates(found: Comparison, say: Language) -> Table:
    fates = {plan: found.fates(plan) for plan in found.plans}
    worlds = max((f.replications for f in fates.values() if f), default=0)
    columns = ("plan", "newly_reached", "no_longer_reached", "reached_both", "never_both")
    title = say("compare.fates", worlds=say.number(worlds))
    table = table_of(title, *(say(f"column.{name}") for name in columns))
    for plan, fate in fates.items():
        parts = (fate.gained, fate.lost, fate.both, fate.neither) if fate else ()
        shown = [plain(part, say) for part in parts] or [say("compare.other_callers"), "", "", ""]
        table.add_row(escape(found.called(plan, say)), *shown)
    return table
