"""``sim compare``: plans held against each other. Heavy packages are imported within the command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import (
    ASSUMPTIONS,
    CLUSTER,
    REPLICATIONS,
    SEED,
    SET,
    WORKERS,
    command_line,
    load_scenario,
    progress_bar,
    resumable,
)
from sim.cli.faces import Faces, faces
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
@faces
def compare(
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    plans: tuple[str, ...],
    assumptions: bool,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    faces: Faces,
) -> None:
    """Hold other plans against the first, on the same callers; --set goes for all of them.

    Said is also which assumptions matter most: each stated range at its ends, on the same callers.
    """
    from sim.studies.compare import compare as study

    scenarios = _plans(files, settings, plans)
    with resumable(), progress_bar(faces.lang, hidden=faces.as_json) as progress:
        found = study(
            scenarios,
            replications=replications,
            seed=seed,
            workers=workers,
            cluster=cluster,
            out=faces.out,
            assumptions=assumptions,
            progress=progress,
            command=command_line(),
        )
    found.keep(faces.show(found.answer))


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
