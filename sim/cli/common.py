"""What several commands share: arguments and options, loading, progress. Heavy packages are imported within."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.language import Language
    from sim.scenario.scenario import Scenario

INTERRUPTED = 130
#: As many worlds as a scenario may ask for.
MOST_WORLDS = 100_000_000

FILE = click.argument("file", type=click.Path(path_type=Path))
SET = click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a value, e.g. --set lines.antwerpen=2."
)

CLUSTER = click.option(
    "--cluster", metavar="ADDRESS", callback=lambda context, _, value: _either(context, value, "workers"),
    help="Dask scheduler whose workers do the work, e.g. tcp://10.0.0.5:8786 (docs/cluster.md).",
)  # fmt: skip


class Whole(click.IntRange):
    """A whole number within a range, called so where it is none."""

    name = "whole number"


def replications(what: str, *, least: int = 1, usual: int | None = None) -> Callable[[Any], Any]:
    """How many worlds a study plays, spelled alike at every command; ``--worlds`` is another name of it."""
    names = ("-n", "--replications", "--worlds", "replications")
    return click.option(
        *names, type=Whole(least, MOST_WORLDS), default=usual, show_default=usual is not None, help=what
    )


REPLICATIONS = replications("Independent periods to simulate, each a world of its own.  [as the scenario says]")
SEED = click.option("--seed", type=Whole(0), help="Random seed.  [as the scenario says]")
WORKERS = click.option(
    "--workers", type=Whole(1), callback=lambda context, _, value: _either(context, value, "cluster"),
    help="Processes; the result is the same with any number.",
)  # fmt: skip
OUT = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True,
    callback=lambda _context, _option, out: _writable(out), help="Folder of results.",
)  # fmt: skip
FIGURES = click.option("--figures/--no-figures", default=True, show_default=True, help="Draw pictures.")
LANG = click.option(
    "--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, envvar="SIM_LANG", show_envvar=True,
    help="Language of tables, pictures and reports.",
)  # fmt: skip

JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON.")
ASSUMPTIONS = click.option(
    "--assumptions/--no-assumptions", default=True, show_default=True, help="Try the ends of stated ranges."
)


def language_asked(arguments: Sequence[str]) -> str:
    """The code of the language that a command line or ``SIM_LANG`` asks for, also where it was not understood."""
    from sim.language import CODES

    found = os.environ.get("SIM_LANG", "")
    for number, argument in enumerate(arguments):
        if argument == "--lang":
            found = next(iter(arguments[number + 1 :]), found)
        found = argument.removeprefix("--lang=") if argument.startswith("--lang=") else found
    return found if found in CODES else CODES[0]


def load_scenario(file: Path, settings: tuple[str, ...]) -> Scenario:
    """The scenario in ``file`` with settings."""
    from sim.scenario.settings import option_of
    from sim.studies.load import load

    return load(file, settings, written=option_of)


def _either(context: click.Context, value: Any, other: str) -> Any:
    """An option's value, unless ``other``, which excludes it, was read before."""
    if value is not None and context.params.get(other) is not None:
        raise click.UsageError("--workers are cores of this machine; with --cluster, its workers do the work")
    return value


def _writable(out: Path) -> Path:
    """The folder of results, if results can be written there: said before a long simulation, not after."""
    there = next(path for path in (out, *out.absolute().parents) if path.exists())
    if not there.is_dir():
        raise click.BadParameter(f"{str(out)!r}: {str(there)!r} is a file, and no folder can be in it")
    if not os.access(there, os.W_OK | os.X_OK):
        raise click.BadParameter(f"{str(out)!r}: nothing can be written in {str(there.absolute())!r}")
    return out


def command_line() -> str:
    """The command as it was given, to be kept with its results."""
    return shlex.join(["sim", *sys.argv[1:]])


@contextmanager
def resumable() -> Iterator[None]:
    """Leave with one sentence and the exit code of an interruption where a study was stopped."""
    from sim.studies.run import Interrupted

    try:
        yield
    except Interrupted as stopped:
        click.echo(f"{stopped}. The same command goes on from there.", err=True)
        raise SystemExit(INTERRUPTED) from None


def tell_kept(folder: Path, files: str, pictures: Sequence[Path], say: Language) -> None:
    """Where results and their pictures are."""
    click.echo("\n" + say("kept.results", folder=folder, files=files))
    for picture in pictures:
        click.echo(say("kept.picture", file=picture))


def teller(lang: str) -> Callable[[str], None]:
    """Tells on stderr what a study is doing, in the reader's language."""
    from sim.language import language
    from sim.language.said import told

    return lambda text: click.echo(told(text, language(lang)), err=True)


class progress_bar:  # noqa: N801  # reads as a verb at its one use
    """A bar on a terminal, a line now and then elsewhere, or nothing; always on stderr."""

    def __init__(self, lang: str = "en", *, hidden: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        from sim.language import language

        self.console = Console(stderr=True)
        self.hidden, self.told, self.say = hidden, -1, language(lang)
        self.bar = Progress(
            TextColumn(self.say("progress.simulating")),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=hidden or not self.console.is_terminal,
        )
        self.task = self.bar.add_task("simulating")

    def __enter__(self) -> Any:
        self.bar.start()
        return self.tell

    def __exit__(self, *_: object) -> None:
        self.bar.stop()

    def tell(self, done: int, wanted: int) -> None:
        """So much is done of what is wanted."""
        self.bar.update(self.task, completed=done, total=wanted)
        tenth = 10 * done // wanted
        if not self.hidden and not self.console.is_terminal and tenth > self.told:
            self.told = tenth
            done_of = {"done": self.say.number(done), "wanted": self.say.number(wanted)}
            click.echo(self.say("progress.replications", **done_of), err=True)
