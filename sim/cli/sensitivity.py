"""``sim sensitivity``: which assumptions decide the answer. Heavy packages are imported within the command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    progress_bar,
    replications,
    tell_kept,
)

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.studies.outcomes import Outcome


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
@OUT
@JSON
@FIGURES
@LANG
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
    out: Path,
    as_json: bool,
    figures: bool,
    lang: str,
) -> None:
    """Tell which assumptions decide the answer, and how far it may lie while they are not known.

    Every value with a low and a high is varied, together with all others and one at a time, on the same callers.
    """
    if points & (points - 1):
        raise click.BadParameter(f"{points} is not a power of two, such as 64, 128 or 256", param_hint="--points")
    scenario = load_scenario(file, settings)
    options: dict[str, Any] = {"seed": seed, "workers": workers}
    if apart:
        _apart(
            scenario,
            measures,
            replications or worlds_apart,
            out,
            as_json=as_json,
            figures=figures,
            lang=lang,
            **options,
        )
        return
    from sim.language import language
    from sim.studies.one_at_a_time import MEASURES
    from sim.studies.sensitivity import WORLDS
    from sim.studies.sensitivity import sensitivity as study
    from sim.tell.answer import tell_answer, tell_definitions
    from sim.tell.runs import console
    from sim.tell.sensitivity import tell_sensitivity

    with progress_bar(lang, hidden=as_json) as progress:
        found = study(
            scenario,
            measures=measures or MEASURES,
            points=points,
            replications=replications or WORLDS,
            worlds_apart=worlds_apart,
            law=law,  # type: ignore[arg-type]  # click has checked it
            progress=progress,
            **options,
        )
    answer, say = found.answer, language(lang)
    folder = keep(answer, out, as_json=as_json)
    pictures = []
    if figures:
        from sim.figures.sensitivity import draw_tornado

        pictures = _saved(folder, {of: draw_tornado(found, of, say=say) for of in found.outcomes})
    if as_json:
        return
    out_ = console()
    tell_answer(answer, out_, say("sensitivity.heading"), say)
    tell_sensitivity(found, out_, say)
    tell_definitions(answer, out_, say)
    tell_kept(folder, "answer.json, outcomes.csv, indices.csv, one_at_a_time.csv", pictures, say)


def _saved(folder: Path, figures: dict[Outcome, Any]) -> list[Path]:
    """Each picture under the name of its outcome."""
    from sim.figures.runs import save

    names = {of: "".join(c if c.isalnum() or c in "._-" else "-" for c in of.text) for of in figures}
    return [save(figure, folder / f"tornado-{names[of]}.png") for of, figure in figures.items()]


def _apart(
    scenario: Scenario,
    measures: tuple[str, ...],
    worlds: int,
    out: Path,
    *,
    as_json: bool,
    figures: bool,
    lang: str,
    **options: Any,
) -> None:
    from sim.language import language
    from sim.studies.one_at_a_time import MEASURES, one_at_a_time
    from sim.studies.sensitivity import answer_apart
    from sim.tell.answer import tell_answer, tell_definitions
    from sim.tell.runs import console
    from sim.tell.sensitivity import tell_one_at_a_time

    with progress_bar(lang, hidden=as_json) as progress:
        found = one_at_a_time(scenario, measures or MEASURES, worlds, progress=progress, **options)
    answer, say = answer_apart(scenario, found), language(lang)
    folder = keep(answer, out, as_json=as_json)
    pictures = []
    if figures:
        from sim.figures.sensitivity import draw_one_at_a_time

        drawn = {of: draw_one_at_a_time(found, of, scenario.titled(say.code), say=say) for of in found.outcomes}
        pictures = _saved(folder, drawn)
    if as_json:
        return
    out_ = console()
    tell_answer(answer, out_, say("sensitivity.heading_apart"), say)
    tell_one_at_a_time(found, out_, say)
    tell_definitions(answer, out_, say)
    tell_kept(folder, "answer.json, one_at_a_time.csv", pictures, say)
