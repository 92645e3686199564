"""``sim calibrate``: hidden numbers from what was observed. Heavy packages are imported within the command."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import FILE, SEED, SET, WORKERS, Whole, load_scenario, replications
from sim.cli.faces import Faces, faces

UNMET = 1


@click.command()
@FILE
@SET
@click.option(
    "--observed",
    multiple=True,
    required=True,
    metavar="MEASURE[@NAME]=VALUE",
    help="What one period had, e.g. answered@phone=429 or 'loss@phone=50 %'.",
)
@click.option(
    "--fit",
    multiple=True,
    metavar="PATH",
    help="Number that is to be found, one for each observation.  [default: demand.contacts]",
)
@replications("Worlds to fit on; as many confirm it.", least=100, usual=400)
@click.option(
    "--worlds-apart",
    type=Whole(0),
    default=40,
    show_default=True,
    help="Worlds for each other assumption at its low and high; 0 leaves that out.",
)
@SEED
@WORKERS
@faces
def calibrate(
    file: Path,
    settings: tuple[str, ...],
    observed: tuple[str, ...],
    fit: tuple[str, ...],
    replications: int,
    worlds_apart: int,
    seed: int | None,
    workers: int | None,
    faces: Faces,
) -> None:
    """Find the hidden demand (or another number) behind what was observed, with its uncertainty.

    Exit code 0 if a value was found, 1 if what was observed cannot be met or does not tell.
    """
    scenario = load_scenario(file, settings)
    from sim.language import language
    from sim.studies.calibrate import calibrate as study
    from sim.studies.parameters import DEMAND

    say = language(faces.lang)

    def tell(done: int) -> None:
        if not faces.as_json:
            click.echo(say("progress.periods", done=say.number(done)), err=True)

    found = study(
        scenario,
        observed,
        fit=fit or (DEMAND,),
        replications=replications,
        worlds_apart=worlds_apart,
        seed=seed,
        workers=workers,
        progress=tell,
    )
    faces.show(found.answer)
    if not found.found:
        raise SystemExit(UNMET)
