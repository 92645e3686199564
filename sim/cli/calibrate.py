"""``sim calibrate``: hidden numbers from what was observed. Heavy packages are imported within the command."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import (
    FIGURES,
    FILE,
    JSON,
    LANG,
    OUT,
    SEED,
    SET,
    WORKERS,
    Whole,
    keep,
    load_scenario,
    replications,
    tell_kept,
)

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
@OUT
@JSON
@FIGURES
@LANG
def calibrate(
    file: Path,
    settings: tuple[str, ...],
    observed: tuple[str, ...],
    fit: tuple[str, ...],
    replications: int,
    worlds_apart: int,
    seed: int | None,
    workers: int | None,
    out: Path,
    as_json: bool,
    figures: bool,
    lang: str,
) -> None:
    """Find the hidden demand (or another number) behind what was observed, with its uncertainty.

    Exit code 0 if a value was found, 1 if what was observed cannot be met or does not tell.
    """
    scenario = load_scenario(file, settings)
    from sim.language import language
    from sim.studies.calibrate import calibrate as study
    from sim.studies.parameters import DEMAND
    from sim.tell.answer import tell_answer, tell_definitions
    from sim.tell.calibrate import tell_calibration
    from sim.tell.runs import console

    def tell(done: int) -> None:
        if not as_json:
            click.echo(f"{done:,} periods simulated", err=True)

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
    answer, say = found.answer, language(lang)
    folder = keep(answer, out, as_json=as_json)
    pictures = []
    if figures:
        from sim.figures.calibrate import draw_calibration
        from sim.figures.runs import save

        pictures = [save(draw_calibration(found, say=say), folder / "calibration.png")]
    if not as_json:
        out_ = console()
        tell_answer(answer, out_, say("calibrate.heading"), say)
        tell_calibration(found, out_, say)
        tell_definitions(answer, out_, say)
        files = say("calibrate.files") if found.found else say("kept.tables")
        tell_kept(folder, files, pictures, say)
    if not found.found:
        raise SystemExit(UNMET)
