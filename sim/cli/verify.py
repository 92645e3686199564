"""``sim verify``: whether this installation gives the right numbers, in words, a table, a picture and JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sim.cli.common import LANG, Whole

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
@click.option("--seed", type=Whole(0), default=1712, show_default=True, help="Seed of all luck.")
@click.option("--workers", type=Whole(1), help="Processes; the result is the same with any number.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for verify.json and the picture.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@LANG
def verify(
    thorough: bool, engine: str, seed: int, workers: int | None, out: Path | None, as_json: bool, lang: str
) -> None:
    """Check this installation: engines against exact theory, against the auditor and against each other.

    Exit code 0 if it passed, 1 if not. A right installation fails with one seed in a hundred.
    """
    from sim.language import language
    from sim.verification import verify as check

    say = language(lang)

    try:
        found = check(
            engine=engine, thorough=thorough, seed=seed, workers=workers, progress=_progress(say, quiet=as_json)
        )
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(found.to_json(), nl=False)
    else:
        from sim.tell.runs import console
        from sim.tell.verify import tell_verification

        tell_verification(found, console(), say)
        click.echo(say("verify.seconds", seconds=say.number(found.seconds)))
    if out is not None:
        from sim.figures.runs import save
        from sim.figures.verify import draw_z_scores
        from sim.results.store import write_atomically

        picture = save(draw_z_scores(found, say=say), out / "verify.png")
        write_atomically(out / "verify.json", found.to_json())
        if not as_json:
            click.echo(say("kept.picture", file=picture))
            click.echo(say("kept.numbers", file=out / "verify.json"))
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
