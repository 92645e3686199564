"""``sim forecast``: contacts of the months to come, from a history of counts."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import Whole
from sim.cli.faces import Faces, faces


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--days", type=Whole(1, 366), default=91, show_default=True, help="How many days to foretell.")
@click.option(
    "--event", "events", multiple=True, metavar="NAME=FIRST..LAST",
    help="Days of something known, past or to come; events of one name have one effect.",
)  # fmt: skip
@click.option(
    "--holidays", default="BE", show_default=True, metavar="COUNTRY", help="Whose public holidays: BE, NL, DE-BY, none."
)
@faces
def forecast(file: Path, days: int, events: tuple[str, ...], holidays: str, faces: Faces) -> None:
    """How many contacts will come in the months ahead? Foretold from a call log, interval report or counts by day.

    The forecast is tried on the history itself. It needs statsmodels: pip install 'helpline-sim[forecast]'.
    """
    from sim.fit.read import read
    from sim.fit.whole import name_of
    from sim.scenario.holidays import country_of
    from sim.studies.forecast import Event, history_of
    from sim.studies.forecast import forecast as study

    country = country_of(holidays)
    known = [Event.parse(text) for text in events]
    history = history_of(read(file), name=name_of(file), country=country)
    faces.show(study(history, days=days, events=known, country=country).answer)
