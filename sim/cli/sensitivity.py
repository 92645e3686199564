"""``sim sensitivity``: which assumptions decide the answer. Heavy packages are imported within the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sim.cli.common import FILE, SEED, SET, WORKERS, Whole, load_scenario, progress_bar, replications
from sim.cli.faces import Faces, faces


@click.command()
@FILE
@SET
@click.option(
    "--measure",
    "measures",
    multiple=True,
    metavar="MEASURE[@NAME]",
    help="Answer that is looked at, e.g. never_reached_share@phone; several at once.  "
    "[default: never_reached_share, loss, answered]",
)
@click.option(
    "--points",
    type=Whole(2),
    default=128,
    show_default=True,
    help="A power of two: combinations are (assumptions + 2) times as many.",
)
@replications("Worlds that every combination meets; with --one-at-a-time, every end.  [default: 8; 100]", least=2)
@click.option(
    "--worlds-apart",
    type=Whole(2),
    default=100,
    show_default=True,
    help="Worlds for one assumption at a time.",
)
@click.option(
    "--law",
    type=click.Choice(["triangular", "uniform"]),
    default="triangular",
    show_default=True,
    help="How likely values within a range are: most as stated, or all alike.",
)
@click.option("--one-at-a-time", "apart", is_flag=True, help="Only that: low and high of each, nothing together.")
@SEED
@WORKERS
@faces
def sensitivity(
    file: Path,
    settings: tuple[str, ...],
    measures: tuple[str, ...],
    points: int,
    replications: int | None,
    worlds_apart: int,
    law: str,
    apart: bool,
    seed: int | None,
    workers: int | None,
    faces: Faces,
) -> None:
    """Tell which assumptions decide the answer, and how far it may lie while they are not known.

    Every value with a low and a high is varied, together with all others and one at a time, on the same callers.
    """
    if points & (points - 1):
        raise click.BadParameter(f"{points} is not a power of two, such as 64, 128 or 256", param_hint="--points")
    scenario = load_scenario(file, settings)
    from sim.studies.one_at_a_time import MEASURES, one_at_a_time
    from sim.studies.sensitivity import WORLDS
    from sim.studies.sensitivity import sensitivity as study

    options: dict[str, Any] = {"seed": seed, "workers": workers}
    asked = measures or MEASURES
    with progress_bar(faces.lang, hidden=faces.as_json) as progress:
        if apart:
            worlds = replications or worlds_apart
            faces.show(one_at_a_time(scenario, asked, worlds, progress=progress, **options).answer)
            return
        found = study(
            scenario,
            measures=asked,
            points=points,
            replications=replications or WORLDS,
            worlds_apart=worlds_apart,
            law=law,  # type: ignore[arg-type]  # click has checked it
            progress=progress,
            **options,
        )
    faces.show(found.answer)
