"""``sim erlang``: what theory says of a queue, without a scenario. Heavy packages are imported within the command."""

from __future__ import annotations

from math import isfinite
from typing import Any

import click

from sim.cli.common import Whole
from sim.cli.faces import Faces, faces_kept_when_asked

_LEVELS = ("excluding short abandons", "of offered", "of answered")
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
@faces_kept_when_asked
def erlang(
    arrivals_per_hour: float,
    handling: str,
    patience: str | None,
    lines: float | None,
    places: int | None,
    within: str | None,
    target: str | None,
    service_level: str,
    faces: Faces,
) -> None:
    """Show what exact theory says of one queue that never changes: Erlang A, C or B.

    With --patience Erlang A, without it Erlang C; with --places 0 Erlang B, with other places the queue M/M/c/K.
    """
    from sim.studies.erlang import erlang as study

    try:
        found = study(
            arrivals_per_hour=arrivals_per_hour,
            handling=handling,
            patience=patience,
            lines=lines,
            places=places,
            within=within,
            target=target,
            service_level=service_level,
        )
        answer = found.answer
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    faces.show(answer)
