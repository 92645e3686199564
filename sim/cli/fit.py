"""``sim fit``: a call log turned into a scenario, with every interval and where the model does not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sim.fit.day_counts import DailyCounts
    from sim.fit.log import Dropped, Log

#: As ``sim.fit.read`` has them, without importing it for ``--help``.
FORMATS = ("csv", "parquet", "bank", "queue_log", "daily")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format of the file.  [seen from its content]")
@click.option(
    "--column", "columns", multiple=True, metavar="WHAT=NAME", help="A column, e.g. --column arrival=Tijdstip."
)
@click.option(
    "--outcome", "outcomes", multiple=True, metavar="WORD=OUTCOME", help="A word, e.g. --outcome gemist=abandoned."
)
@click.option("--zone", default="Europe/Brussels", show_default=True, help="Clock of moments with an offset.")
@click.option(
    "--campaign", "campaigns", multiple=True, metavar="DATE", help="A broadcast, e.g. 2020-02-10 or '2020-02-10 21:00'."
)
@click.option("--short", default="10s", show_default=True, metavar="DURATION", help="Shorter calls are set apart.")
@click.option("--name", help="Name of the scenario.  [that of the file, and -fitted]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--page/--no-page", default=True, show_default=True, help="Write the page of figures.")
def fit(
    file: Path,
    form: str | None,
    columns: tuple[str, ...],
    outcomes: tuple[str, ...],
    zone: str,
    campaigns: tuple[str, ...],
    short: str,
    name: str | None,
    out: Path,
    page: bool,
) -> None:
    """Fit a scenario to a call log or to daily counts, and say where it does not fit.

    FILE is a CSV (or Parquet) with a row for each call, an Asterisk queue_log, the layout of the anonymous bank, or
    counts by day. The scenario runs as it is: sim run results/NAME.yaml.
    """
    from sim.fit.read import read
    from sim.fit.whole import name_of

    stated = {
        "columns": _pairs(columns, "--column", "arrival=Tijdstip"),
        "outcomes": _pairs(outcomes, "--outcome", "gemist=abandoned"),
    }
    short_s, starts = _duration(short), [_moment(text) for text in campaigns]
    scenario_name = _name(name or name_of(file))
    log = read(file, form=form, zone=zone, **stated)
    from sim.fit.log import Log

    if isinstance(log, Log):
        _fit_log(log, scenario_name, short_s, starts, out, page)
    else:
        _fit_days(log, scenario_name, starts, out, page)


def _fit_log(log: Log, name: str, short_s: float, starts: list[dt.datetime], out: Path, page: bool) -> None:
    from sim.fit.whole import fit_of
    from sim.tell.fit import tell_fit
    from sim.tell.runs import console

    fitted = fit_of(log, name=name, short_s=short_s, campaigns=starts)
    written = _written(fitted.write(out), log.dropped)
    if page:
        from sim.page_fit import fit_page

        written |= _page(written, fit_page(fitted))
    tell_fit(fitted, console())
    _told(written)


def _fit_days(counts: DailyCounts, name: str, starts: list[dt.datetime], out: Path, page: bool) -> None:
    from sim.fit.days_scenario import fit_days_of
    from sim.tell.fit import tell_days
    from sim.tell.runs import console

    fitted = fit_days_of(counts, name=name, campaigns=starts)
    written = _written(fitted.write(out), counts.dropped)
    if page:
        from sim.page_fit import days_page

        written |= _page(written, days_page(fitted))
    tell_days(fitted, console())
    _told(written)


def _written(scenario: Path, dropped: Sequence[Dropped]) -> dict[str, Path]:
    """What is kept, by what it is; all of it before anything is told, since whoever reads may stop reading."""
    from sim.fit.log import listed
    from sim.store import write_atomically

    found = {"Scenario": scenario}
    if dropped:
        found["Left out"] = scenario.with_name(f"{scenario.stem}-left-out.csv")
        write_atomically(found["Left out"], listed(dropped))
    return found


def _page(written: dict[str, Path], text: str) -> dict[str, Path]:
    from sim.store import write_atomically

    path = written["Scenario"].with_suffix(".html")
    write_atomically(path, text)
    return {"Page": path}


def _told(written: dict[str, Path]) -> None:
    click.echo()
    for what, path in written.items():
        click.echo(f"{what + ':':<10}{path}" + (f"   (sim run {path})" if what == "Scenario" else ""))


def _pairs(given: Sequence[str], option: str, such: str) -> dict[str, str]:
    found = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise click.BadParameter(
                f"{text!r} has no '=' between two words; write for example {such}", param_hint=option
            )
        found[key.strip()] = value.strip()
    return found


def _duration(text: str) -> float:
    from sim.quantities import parse_duration

    try:
        return parse_duration(text) / 1000
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--short") from None


def _moment(text: str) -> dt.datetime:
    try:
        return dt.datetime.fromisoformat(text.strip())
    except ValueError:
        message = f"{text!r} is not a date; write 2020-02-10, or '2020-02-10 21:00'"
        raise click.BadParameter(message, param_hint="--campaign") from None


def _name(text: str) -> str:
    import re

    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", text):
        raise click.BadParameter(
            f"{text!r} is no name: letters, digits, '.', '_' and '-' are allowed", param_hint="--name"
        )
    return text
