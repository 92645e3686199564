"""``sim sweep`` and ``sim next-line``. Heavy packages are imported within the commands."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli_common import (
    CLUSTER,
    FIGURES,
    FILE,
    INTERRUPTED,
    OUT,
    REPLICATIONS,
    SEED,
    WORKERS,
    command_line,
    load_scenario,
    progress_bar,
)

MEASURE = click.option(
    "--measure", "measures", multiple=True, metavar="MEASURE[@NAME]", help="What to show, e.g. loss@phone or abandoned."
)


@click.command()
@FILE
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="PATH=VALUES",
    help="A setting and its levels: lines.antwerpen=1..3, campaigns.0.uplift=50%..200%/4 (4 levels), "
    "channels.phone.waiting_places='0|unlimited'; one value sets it at every point.",
)
@click.option("--design", type=click.Choice(["grid", "lhs"]), default="grid", show_default=True)
@click.option("--points", type=click.IntRange(2), help="Points of a Latin hypercube (--design lhs).")
@MEASURE
@REPLICATIONS
@SEED
@WORKERS
@CLUSTER
@OUT
@FIGURES
def sweep(
    file: Path,
    settings: tuple[str, ...],
    design: str,
    points: int | None,
    measures: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    out: Path,
    figures: bool,
) -> None:
    """Run a scenario at many settings, on the same callers wherever the settings leave them alone."""
    varied = [text for text in settings if ".." in text or "|" in text]
    scenario = load_scenario(file, tuple(text for text in settings if text not in varied))
    from sim.studies.levels import LevelsError
    from sim.studies.run import Interrupted
    from sim.studies.sweep import sweep as study
    from sim.tell import console
    from sim.tell_studies import tell_sweep

    try:
        with progress_bar(hidden=False) as progress:
            found = study(
                scenario,
                varied,
                design="lhs" if design == "lhs" else "grid",
                points=points,
                measures=measures,
                replications=replications,
                seed=seed,
                workers=workers,
                cluster=cluster,
                out=out,
                progress=progress,
                command=command_line(),
            )
    except LevelsError as error:
        raise click.UsageError(str(error)) from None
    except Interrupted as stopped:
        click.echo(f"{stopped}. The same command goes on from there.", err=True)
        raise SystemExit(INTERRUPTED) from None
    tell_sweep(found, console())
    folder = found.answer().write(out, command=command_line())
    click.echo(f"\nResults:  {folder}/  (sweep.csv, answer.json), and each point's own folder in {out}/")
    if figures:
        from sim.figures import save
        from sim.figures_sweep import draw_sweep

        click.echo(f"Picture:  {save(draw_sweep(found), folder / 'sweep.png')}")
