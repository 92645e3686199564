"""``sim compare``: plans held against each other. Heavy packages are imported within the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import (
    ASSUMPTIONS,
    CLUSTER,
    FIGURES,
    JSON,
    LANG,
    OUT,
    REPLICATIONS,
    SEED,
    SET,
    WORKERS,
    command_line,
    load_scenario,
    progress_bar,
    resumable,
    tell_kept,
)
from sim.errors import Mistake, Place, ScenarioError

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@SET
@click.option(
    "--plan",
    "plans",
    multiple=True,
    metavar="NAME:PATH=VALUE[;...]",
    help="A variant of the first file, e.g. --plan 'second line: lines.antwerpen=2'.",
)
@ASSUMPTIONS
@REPLICATIONS
@SEED
@WORKERS
@CLUSTER
@OUT
@JSON
@FIGURES
@LANG
def compare(
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    plans: tuple[str, ...],
    assumptions: bool,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    out: Path,
    as_json: bool,
    figures: bool,
    lang: str,
) -> None:
    """Hold other plans against the first, on the same callers; --set goes for all of them.

    Said is also which assumptions matter most: each stated range at its ends, on the same callers.
    """
    from sim.language import language
    from sim.studies.compare import compare as study
    from sim.tell.comparison import tell_comparison
    from sim.tell.runs import console

    say, scenarios = language(lang), _plans(files, settings, plans)
    with resumable(), progress_bar(lang, hidden=as_json) as progress:
        found = study(
            scenarios,
            replications=replications,
            seed=seed,
            workers=workers,
            cluster=cluster,
            out=out,
            assumptions=assumptions,
            progress=progress,
            command=command_line(),
        )
    folder = found.write(out)
    pictures = []
    if figures:
        from sim.figures.runs import draw_comparison, save

        pictures = [save(draw_comparison(found, say=say), folder / "comparison.png")]
    if as_json:
        click.echo(found.to_json(), nl=False)
        return
    tell_comparison(found, console(), say)
    tables = "comparison.csv, assumptions.csv" if assumptions else "comparison.csv"
    tell_kept(folder, say("compare.files", files=f"{tables}, comparison.json", out=out), pictures, say)


def _plans(files: tuple[Path, ...], settings: tuple[str, ...], plans: tuple[str, ...]) -> dict[str, Scenario]:
    """Scenarios by the names under which they are compared; the first is the base."""
    named: list[tuple[str, Path, list[str]]] = [(file.stem, file, []) for file in files]
    for variant in plans:
        name, colon, written = variant.partition(":")
        if not colon or not name.strip() or "=" not in written:
            message = f"{variant!r} is not NAME:PATH=VALUE, such as 'second line: lines.antwerpen=2'"
            raise click.BadParameter(message, param_hint="--plan")
        named.append((name.strip(), files[0], [change.strip() for change in written.split(";")]))
    if len(named) < 2:
        raise click.UsageError("a comparison needs two plans: name another file, or a --plan of the first")
    names = [name for name, _, _ in named]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise click.UsageError(f"two plans are called {twice!r}; give files and plans different names")
    loaded, mistakes = {}, []
    for name, file, changes in named:
        try:
            loaded[name] = load_scenario(file, (*settings, *changes))
        except ScenarioError as error:
            new = [mistake for mistake in error.mistakes if mistake not in mistakes]
            mistakes += [_of_plan(mistake, name, changes) for mistake in new]
    if mistakes:
        raise ScenarioError(mistakes)
    return loaded


def _of_plan(mistake: Mistake, name: str, changes: list[str]) -> Mistake:
    """The mistake at the option in which it was written, or of the plan that makes it one elsewhere in the file."""
    from sim.scenario.settings import option_of

    written = next((change for change in changes if mistake.place == option_of(change)), None)
    if written is not None:
        return replace(mistake, place=Place(f"--plan '{name}: {written}'"))
    return replace(mistake, place=Place(f"--plan '{name}': {mistake.place}")) if changes else mistake
