"""``sim fit``: a call log turned into a scenario, with every interval and where the model does not fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import command_line
from sim.cli.faces import Faces, faces

if TYPE_CHECKING:
    from sim.fit.found import FittedAnswer
    from sim.fit.log import Dropped

#: As ``sim.fit.read`` has them, without importing it for ``--help``.
FORMATS = ("csv", "parquet", "bank", "queue_log", "daily", "intervals")
#: Rows left out that are shown one by one.
_ROWS = 5
_KEYS = {"scenario": "fit.scenario_file", "left_out": "fit.left_out_file", "page": "fit.page_file"}


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
@click.option("--page/--no-page", default=True, show_default=True, help="Write the page.")
@faces
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
    page: bool,
    faces: Faces,
) -> None:
    """Fit a scenario to a call log or to daily counts, and say where it does not fit.

    FILE is a CSV (or Excel, Parquet) with a row for each call, an Asterisk queue_log, the layout of the anonymous bank,
    or counts by day, hour, half-hour or quarter. The scenario runs as it is: sim run results/NAME.yaml.
    """
    from sim.fit.read import read
    from sim.fit.whole import name_of
    from sim.scenario.holidays import country_of

    named = {"channel": channel_column, "province": province_column}
    stated = {
        "columns": _pairs(columns, "--column", "arrival=Tijdstip") | {key: name for key, name in named.items() if name},
        "outcomes": _pairs(outcomes, "--outcome", "gemist=abandoned"),
    }
    country, short_s, starts = country_of(holidays), _duration(short), [_moment(text) for text in campaigns]
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
        _show(fitted, fitted.log.dropped, page, faces)
    elif isinstance(log, IntervalCounts):
        if starts:
            raise SimError(Said("refused.campaign_of_intervals", source=log.source))
        counted = fit_intervals(log, name=scenario_name, country=country, zone=zone)
        _show(counted, counted.counts.dropped, page, faces)
    else:
        daily = fit_days_of(log, name=scenario_name, campaigns=starts, country=country)
        _show(daily, daily.daily.counts.dropped, page, faces)


def _show(fitted: FittedAnswer, dropped: Sequence[Dropped], page: bool, faces: Faces) -> None:
    """Write the scenario, the rows left out and the page, before anything is told, since readers may stop reading."""
    from sim.answers.answer import Message
    from sim.answers.kinds import in_language
    from sim.answers.page import page_of
    from sim.fit.log import listed
    from sim.language import language
    from sim.language.said import told
    from sim.results.store import write_atomically

    answer, say = replace(fitted.answer, command=command_line()), language(faces.lang)
    written = {"scenario": faces.out / f"{fitted.name}.yaml"}
    write_atomically(written["scenario"], fitted.text)
    if dropped:
        written["left_out"] = faces.out / f"{fitted.name}-left-out.csv"
        write_atomically(written["left_out"], listed(dropped))
    if page:
        written["page"] = faces.out / f"{fitted.name}.html"
        write_atomically(written["page"], page_of(answer, say))
    if faces.as_json:
        faces.show(answer)
        return
    for part in next(section.parts for section in answer.sections if section.id == "file"):
        if isinstance(part, Message):
            click.echo(in_language(part, say))
    faces.show(answer)
    for row in dropped[:_ROWS]:
        text = say("fit.left_out_row", line=row.line, reason=told(row.reason, say), text=repr(row.text[:60]))
        click.echo(f"  {text}")
    if len(dropped) > _ROWS:
        click.echo(f"  {say('fit.left_out_more', rows=say.number(len(dropped) - _ROWS))}")
    names = {what: say(_KEYS[what]) for what in written}
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
