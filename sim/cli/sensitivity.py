"""``sim sensitivity``: which assumptions decide the answer. Heavy packages are imported within the command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import FIGURES, FILE, OUT, SEED, SET, WORKERS, keep, load_scenario, progress_bar

if TYPE_CHECKING:
    from sim.scenario.model import Scenario


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
    type=click.IntRange(2),
    default=128,
    show_default=True,
    help="A power of two: combinations are (assumptions + 2) times as many.",
)
@click.option(
    "--worlds", type=click.IntRange(2), default=8, show_default=True, help="Worlds that every combination meets."
)
@click.option(
    "--worlds-apart",
    type=click.IntRange(2),
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
@OUT
@click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
@FIGURES
def sensitivity(
    file: Path,
    settings: tuple[str, ...],
    measures: tuple[str, ...],
    points: int,
    worlds: int,
    worlds_apart: int,
    law: str,
    apart: bool,
    seed: int | None,
    workers: int | None,
    out: Path,
    as_json: bool,
    figures: bool,
) -> None:
    """Tell which assumptions decide the answer, and how far it may lie while they are not known.

    Every value with a low and a high is varied, together with all others and one at a time, on the same callers.
    """
    if points & (points - 1):
        raise click.BadParameter(f"{points} is not a power of two, such as 64, 128 or 256", param_hint="--points")
    scenario = load_scenario(file, settings)
    options: dict[str, Any] = {"seed": seed, "workers": workers}
    if apart:
        _apart(scenario, measures, worlds_apart, out, as_json=as_json, **options)
        return
    from sim.studies.one_at_a_time import MEASURES
    from sim.studies.sensitivity import sensitivity as study
    from sim.studies.sensitivity_words import answer_of
    from sim.tell.answer import tell_answer, tell_definitions
    from sim.tell.runs import console
    from sim.tell.sensitivity import tell_sensitivity

    with progress_bar(hidden=as_json) as progress:
        found = study(
            scenario,
            measures=measures or MEASURES,
            points=points,
            worlds=worlds,
            worlds_apart=worlds_apart,
            law=law,  # type: ignore[arg-type]  # click has checked it
            progress=progress,
            **options,
        )
    answer = answer_of(found)
    folder = keep(answer, out, as_json=as_json)
    pictures = []
    if figures:
        from sim.figures.runs import save
        from sim.figures.sensitivity import draw_tornado

        names = [(of, "".join(c if c.isalnum() or c in "._-" else "-" for c in of.text)) for of in found.outcomes]
        pictures = [save(draw_tornado(found, of), folder / f"tornado-{name}.png") for of, name in names]
    if as_json:
        return
    out_ = console()
    tell_answer(answer, out_, "what decides the answer?")
    tell_sensitivity(found, out_)
    tell_definitions(answer, out_)
    click.echo(f"Results:  {folder}/  (answer.json, outcomes.csv, indices.csv, one_at_a_time.csv)")
    for path in pictures:
        click.echo(f"Picture:  {path}")


def _apart(
    scenario: Scenario, measures: tuple[str, ...], worlds: int, out: Path, *, as_json: bool, **options: Any
) -> None:
    from sim.studies.one_at_a_time import MEASURES, one_at_a_time
    from sim.studies.sensitivity_words import answer_apart
    from sim.tell.answer import tell_answer, tell_definitions
    from sim.tell.runs import console
    from sim.tell.sensitivity import tell_one_at_a_time

    with progress_bar(hidden=as_json) as progress:
        found = one_at_a_time(scenario, measures or MEASURES, worlds, progress=progress, **options)
    answer = answer_apart(scenario, found)
    folder = keep(answer, out, as_json=as_json)
    if as_json:
        return
    out_ = console()
    tell_answer(answer, out_, "one assumption at a time")
    tell_one_at_a_time(found, out_)
    tell_definitions(answer, out_)
    click.echo(f"Results:  {folder}/  (answer.json, one_at_a_time.csv)")
