"""``sim verify``: whether this installation gives the right numbers, in words, a table, a picture and JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from sim.cli.common import Whole
from sim.cli.faces import Faces, faces_kept_when_asked

if TYPE_CHECKING:
    from sim.language import Language


@click.command()
@click.option("--thorough", is_flag=True, help="Twenty times as many replications and random scenarios: some minutes.")
@click.option(
    "--engine",
    type=click.Choice(["auto", "simpy", "compiled"]),
    default="auto",
    show_default=True,
    help="Engine held against theory; auto is the fastest there is.",
)
@click.option("--seed", type=Whole(0), default=1712, show_default=True, help="Random seed.")
@click.option("--workers", type=Whole(1), help="Processes; the result is the same with any number.")
@faces_kept_when_asked
def verify(thorough: bool, engine: str, seed: int, workers: int | None, faces: Faces) -> None:
    """Check this installation: engines against exact theory, against the auditor and against each other.

    Exit code 0 if it passed, 1 if not. A right installation fails with one seed in a hundred.
    """
    from sim.language import language
    from sim.verification import verify as check

    say = language(faces.lang)

    try:
        found = check(
            engine=engine, thorough=thorough, seed=seed, workers=workers, progress=_progress(say, quiet=faces.as_json)
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    # What is wrong is told whole.
    replace(faces, verbose=faces.verbose or not found.passed).show(found.answer)
    if not faces.as_json:
        click.echo(say("verify.seconds", seconds=say.number(found.seconds)))
    if not found.passed:
        raise SystemExit(1)


def _progress(say: Language, *, quiet: bool) -> Callable[[int, int], None]:
    told = -1

    def tell(done: int, wanted: int) -> None:
        nonlocal told
        if not quiet and 10 * done // wanted > told:
            told = 10 * done // wanted
            click.echo(say("progress.blocks", done=say.number(done), wanted=say.number(wanted)), err=True)

    return tell
