"""``sim fit``: a call log turned into a scenario, with every interval and where the model does not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import LANG

if TYPE_CHECKING:
    from sim.fit.days_scenario import DaysFit
    from sim.fit.interval_scenario import IntervalFit
    from sim.fit.log import Dropped
    from sim.fit.whole import Fit
    from sim.language import Language

#: As ``sim.fit.read`` has them, without importing it for ``--help``.
FORMATS = ("csv", "parquet", "bank", "queue_log", "daily", "intervals")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Format of the file.  [seen from its content]")
@click.option(
    "--column", "columns", multiple=True, metavar="WHAT=NAME", help="A column, e.g. --column arrival=Tijdstip."
)
@click.option(
    "--outcome", "outcomes", multiple=True, metavar="WORD=OUTCOME", help="A word, e.g. --outcome gemist=abandoned."
)
@click.option("--channel-column", metavar="NAME", help="Column of channels.  [guessed from its name]")
@click.option(
    "--province-column",
    metavar="NAME",
    help="Column of provinces, each a queue of its channel; none: queues are channels.  [guessed from its name]",
)
@click.option(
    "--dates", type=click.Choice(("day-first", "month-first")), help="How to read 02/03/2020.  [seen from all dates]"
)
@click.option(
    "--holidays", default="BE", show_default=True, metavar="COUNTRY", help="Whose public holidays: BE, NL, DE-BY, none."
)
@click.option("--zone", default="Europe/Brussels", show_default=True, help="Clock of moments with an offset.")
@click.option(
    "--campaign", "campaigns", multiple=True, metavar="DATE", help="A broadcast, e.g. 2020-02-10 or '2020-02-10 21:00'."
)
@click.option("--short", default="10s", show_default=True, metavar="DURATION", help="Shorter calls are set apart.")
@click.option("--name", help="Name of the scenario.  [that of the file, and -fitted]")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--page/--no-page", default=True, show_default=True, help="Write the page of figures.")
@LANG
def fit(
    file: Path,
    form: str | None,
    columns: tuple[str, ...],
    outcomes: tuple[str, ...],
    channel_column: str | None,
    province_column: str | None,
    dates: str | None,
    holidays: str,
    zone: str,
    campaigns: tuple[str, ...],
    short: str,
    name: str | None,
    out: Path,
    page: bool,
    lang: str,
) -> None:
    """Fit a scenario to a call log or to daily counts, and say where it does not fit.

    FILE is a CSV (or Parquet) with a row for each call, an Asterisk queue_log, the layout of the anonymous bank, or
    counts by day, hour, half-hour or quarter. The scenario runs as it is: sim run results/NAME.yaml.
    """
    from sim.fit.read import read
    from sim.fit.whole import name_of
    from sim.language import language
    from sim.scenario.holidays import country_of

    named = {"channel": channel_column, "province": province_column}
    stated = {
        "columns": _pairs(columns, "--column", "arrival=Tijdstip") | {key: name for key, name in named.items() if name},
        "outcomes": _pairs(outcomes, "--outcome", "gemist=abandoned"),
    }
    country, say = country_of(holidays), language(lang)
    short_s, starts = _duration(short), [_moment(text) for text in campaigns]
    scenario_name = _name(name or name_of(file))
    log = read(file, form=form, zone=zone, dates=dates, **stated)
    from sim.errors import SimError
    from sim.fit.days_scenario import fit_days_of
    from sim.fit.interval_counts import IntervalCounts
    from sim.fit.interval_scenario import fit_intervals
    from sim.fit.log import Log
    from sim.fit.whole import fit_of
    from sim.language.said import Said

    if isinstance(log, Log):
        fitted = fit_of(log, name=scenario_name, short_s=short_s, campaigns=starts, country=country, zone=zone)
        _told_log(fitted, out, page, say)
    elif isinstance(log, IntervalCounts):
        if starts:
            raise SimError(Said("refused.campaign_of_intervals", source=log.source))
        _told_intervals(fit_intervals(log, name=scenario_name, country=country, zone=zone), out, page, say)
    else:
        _told_days(fit_days_of(log, name=scenario_name, campaigns=starts, country=country), out, page, say)


def _told_log(fitted: Fit, out: Path, page: bool, say: Language) -> None:
    from sim.tell.fit import tell_fit
    from sim.tell.runs import console

    written = _written(fitted.write(out), fitted.log.dropped)
    if page:
        from sim.report.page_fit import fit_page

        written |= _page(written, fit_page(fitted, say))
    tell_fit(fitted, console(), say)
    _told(written, say)


def _told_intervals(fitted: IntervalFit, out: Path, page: bool, say: Language) -> None:
    from sim.tell.fit import tell_intervals
    from sim.tell.runs import console

    written = _written(fitted.write(out), fitted.counts.dropped)
    if page:
        from sim.report.page_fit import intervals_page

        written |= _page(written, intervals_page(fitted, say))
    tell_intervals(fitted, console(), say)
    _told(written, say)


def _told_days(fitted: DaysFit, out: Path, page: bool, say: Language) -> None:
    from sim.tell.fit import tell_days
    from sim.tell.runs import console

    written = _written(fitted.write(out), fitted.daily.counts.dropped)
    if page:
        from sim.report.page_fit import days_page

        written |= _page(written, days_page(fitted, say))
    tell_days(fitted, console(), say)
    _told(written, say)


def _written(scenario: Path, dropped: Sequence[Dropped]) -> dict[str, Path]:
    """What is kept, by what it is; all of it before anything is told, since whoever reads may stop reading."""
    from sim.fit.log import listed
    from sim.results.store import write_atomically

    found = {"scenario": scenario}
    if dropped:
        found["left_out"] = scenario.with_name(f"{scenario.stem}-left-out.csv")
        write_atomically(found["left_out"], listed(dropped))
    return found


def _page(written: dict[str, Path], text: str) -> dict[str, Path]:
    from sim.results.store import write_atomically

    path = written["scenario"].with_suffix(".html")
    write_atomically(path, text)
    return {"page": path}


def _told(written: dict[str, Path], say: Language) -> None:
    click.echo()
    known = {"scenario": "fit.scenario_file", "left_out": "fit.left_out_file", "page": "fit.page_file"}
    names = {what: say(known[what]) for what in written}
    width = max(map(len, names.values())) + 1
    for what, path in written.items():
        click.echo(f"{names[what]:<{width}}{path}" + (f"   (sim run {path})" if what == "scenario" else ""))


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
    from sim.units import parse_duration

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
