"""``sim sweep`` and ``sim next-line``. Heavy packages are imported within the commands."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import (
    ASSUMPTIONS,
    CLUSTER,
    FILE,
    REPLICATIONS,
    SEED,
    SET,
    WORKERS,
    Whole,
    command_line,
    load_scenario,
    progress_bar,
    replications,
    resumable,
)
from sim.cli.faces import Faces, faces

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
    help="A setting and its levels: lines.antwerpen=1..3, campaigns.0.uplift=50%..200%/4 (4 levels; 5 without /4), "
    "channels.phone.waiting_places='0|unlimited'; one value sets it at every point.",
)
@click.option(
    "--design", type=click.Choice(["grid", "lhs"]), default="grid", show_default=True,
    help="Every combination of levels, or points of a Latin hypercube.",
)  # fmt: skip
@click.option("--points", type=Whole(2), help="Points of a Latin hypercube (--design lhs).")
@MEASURE
@ASSUMPTIONS
@REPLICATIONS
@SEED
@WORKERS
@CLUSTER
@faces
def sweep(
    file: Path,
    settings: tuple[str, ...],
    design: str,
    points: int | None,
    measures: tuple[str, ...],
    assumptions: bool,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    faces: Faces,
) -> None:
    """Run a scenario at many settings, on the same callers wherever the settings leave them alone.

    Said is also which assumptions matter most to how the highest point differs from the lowest, in the first measure.
    """
    varied = [text for text in settings if ".." in text or "|" in text]
    scenario = load_scenario(file, tuple(text for text in settings if text not in varied))
    from sim.studies.sweep import sweep as study

    with resumable(), progress_bar(faces.lang, hidden=faces.as_json) as progress:
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
            out=faces.out,
            assumptions=assumptions,
            progress=progress,
            command=command_line(),
        )
    faces.show(found.answer)


@click.command("next-line")
@FILE
@SET
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="HOURS",
    help="Try a line at these hours too, e.g. 'mon 9:00-17:00'.  [default: halves of each group's hours]",
)
@click.option("--all-day", is_flag=True, help="No parts of the day.")
@click.option(
    "--by",
    type=click.Choice(["never_reached", "abandoned", "blocked", "sent_away"]),
    default="never_reached",
    show_default=True,
    help="What places are ranked by.",
)
@ASSUMPTIONS
@replications("Worlds on which places are ranked; as many fresh ones confirm the first.", least=2, usual=200)
@SEED
@WORKERS
@faces
def next_line(
    file: Path,
    settings: tuple[str, ...],
    parts: tuple[str, ...],
    all_day: bool,
    by: str,
    assumptions: bool,
    replications: int,
    seed: int | None,
    workers: int | None,
    faces: Faces,
) -> None:
    """Where would one more line help most? Every place is tried on the same callers."""
    scenario = load_scenario(file, settings)
    from sim.studies.next_line import next_line as study

    try:
        with progress_bar(faces.lang, hidden=faces.as_json) as progress:
            found = study(
                scenario,
                ranked_by=by,
                parts=[] if all_day else list(parts) or None,
                replications=replications,
                seed=seed,
                assumptions=assumptions,
                workers=workers,
                progress=progress,
            )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    faces.show(found.answer)
