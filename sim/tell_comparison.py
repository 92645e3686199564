"""A comparison in plain words for the terminal: what each plan changes for the same callers."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from sim.estimates import Estimate
from sim.studies.compare import Comparison, Difference
from sim.summary import DEFINITIONS, SERVICE_LEVELS
from sim.tell import plain, table_of

#: Column heading by measure, in the order shown.
_SHOWN = {
    "abandoned": "gave up",
    "blocked": "busy",
    "closed": "closed door",
    "answered": "answered",
    "reached": "people reached",
    "never_reached": "never reached",
}


def tell_comparison(found: Comparison, out: Console) -> None:
    """The differences first, then what each plan comes to, then which callers changed fate."""
    scenario = found.results[found.base].scenario
    out.print(f"\n[bold]{scenario.title or scenario.name}, and {len(found.plans)} other plan(s)[/bold]")
    out.print(
        f"{scenario.period.first} to {scenario.period.last}; every plan met the same callers in the same "
        f"{found.replications:,} worlds (replications)."
    )
    for plan in found.plans:
        out.print(_sentence(found, plan))
    out.print(_differences(found))
    out.print(_levels(found))
    out.print(_fates(found))


def _sentence(found: Comparison, plan: str) -> str:
    gave_up, never = (found.difference(plan, measure) for measure in ("abandoned", "never_reached"))
    return (
        f"[bold]{plan}[/bold]: {_more(gave_up)} calls abandoned ({_percent(gave_up)}), "
        f"{_more(never)} people never reached ({_percent(never)})."
    )


def _more(found: Difference) -> str:
    value = found.difference
    if value.low <= 0 <= value.high:
        return f"no clear change ({signed(value)}) in"
    return f"{plain(Estimate(abs(value.value), *sorted((abs(value.low), abs(value.high)))))} " + (
        "more" if value.value > 0 else "fewer"
    )


def _percent(found: Difference) -> str:
    return f"{found.difference.value / found.base.value:+.0%}" if found.base.value else "none before"


def signed(found: Estimate) -> str:
    """A difference with its sign and half interval."""
    text = plain(found)
    return f"+{text}" if found.value > 0 else text


def _differences(found: Comparison) -> Table:
    base = found.base
    caption = (
        f"± is half an interval that holds at 95 % for all {len(found.plans)} plans together. gave up, busy, closed "
        "door, answered: contacts, redials included; reached, never reached: people."
    )
    table = table_of(f"Difference to {base}, per period", "plan", *_SHOWN.values(), "line hours", caption=caption)
    for plan in found.plans:
        cells = [signed(found.difference(plan, measure).difference) for measure in _SHOWN]
        staffed = found.difference(plan, "staffed").difference
        table.add_row(plan, *cells, signed(staffed))
    return table


def _levels(found: Comparison) -> Table:
    level = SERVICE_LEVELS[found.results[found.base].scenario.targets.service_level]
    phone = next(iter(found.results[found.base].scenario.channels))
    measures = ("abandoned", "never_reached", "never_reached_share")
    of_phone = (f"{phone}: lost %", f"{phone}: mean wait s", f"{phone}: service %")
    columns = ("gave up", "never reached", "never %", *of_phone)
    caption = f"service: service level of {phone}, {DEFINITIONS[level].text}"
    table = table_of("What each plan comes to, per period", "plan", *columns, caption=caption)
    for plan in (found.base, *found.plans):
        of = list(_values(found, plan, measures, kind="all", name="all"))
        of += _values(found, plan, ("loss", "asa", level), kind="channel", name=phone)
        table.add_row(plan, *(plain(value) for value in of))
    return table


def _values(found: Comparison, plan: str, measures: tuple[str, ...], *, kind: str, name: str) -> Iterator[Estimate]:
    for measure in measures:
        difference = found.difference(found.plans[0] if plan == found.base else plan, measure, kind=kind, name=name)
        yield difference.base if plan == found.base else difference.value


def _fates(found: Comparison) -> Table:
    fates = {plan: found.fates(plan) for plan in found.plans}
    worlds = max((f.replications for f in fates.values() if f), default=0)
    title = f"Of 100 callers ({worlds:,} worlds whose contacts were kept)"
    table = table_of(title, "plan", "newly reached", "no longer reached", "reached either way", "never either way")
    for plan, fate in fates.items():
        parts = (fate.gained, fate.lost, fate.both, fate.neither) if fate else ()
        table.add_row(plan, *(plain(part) for part in parts) if parts else ("other callers", "", "", ""))
    return table
