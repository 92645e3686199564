"""How commands show an answer: the options that all of them have, its folder, the terminal, JSON and pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.common import FIGURES, JSON, LANG, OUT, command_line, tell_kept

if TYPE_CHECKING:
    from sim.answers.answer import Answer
    from sim.language import Language

_OUT_IF_NAMED = click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of results.  [nothing is kept]"
)
VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Print all tables, and not the first alone.")


@dataclass(frozen=True)
class Faces:
    """Where and how an answer is shown.

    out: the folder of results.
    as_json: whether it is printed as JSON, and nothing else.
    kept: whether anything is written.
    """

    out: Path
    as_json: bool
    figures: bool
    verbose: bool
    lang: str
    kept: bool = True

    def show(self, answer: Answer) -> Path:
        """Write an answer to its folder and print it; return the folder."""
        from dataclasses import replace

        from sim.answers.terminal import tell
        from sim.language import language
        from sim.tell.runs import console

        answer, say = replace(answer, command=command_line()), language(self.lang)
        folder, pictures = self._write(answer, say)
        if self.as_json:
            click.echo(answer.to_json(), nl=False)
            return folder
        tell(answer, console(), say, verbose=self.verbose)
        if self.kept:
            tables = [f"{table.name}.csv" for table in answer.tables]
            tell_kept(folder, ", ".join([*tables, *answer.files, "answer.json"]), pictures, say)
        return folder

    def _write(self, answer: Answer, say: Language) -> tuple[Path, list[Path]]:
        """Write the folder and its pictures, where something is kept."""
        if not self.kept:
            return self.out / answer.name, []
        from sim.answers.files import write

        folder = write(answer, self.out)
        if not self.figures:
            return folder, []
        from sim.answers.plots import save_all

        return folder, save_all(answer, folder, say)


def faces(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that shows an answer: it gets ``faces`` in place of the options of ``Faces``."""
    return _with(command, OUT)


def faces_kept_when_asked(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same of a command that keeps nothing unless a folder is named."""
    return _with(command, _OUT_IF_NAMED)


def _with(command: Callable[..., Any], out_option: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(command)
    def with_faces(
        *, out: Path | None, as_json: bool, figures: bool, verbose: bool, lang: str, **options: Any
    ) -> Any:  # fmt: skip
        return command(faces=Faces(out or Path(), as_json, figures, verbose, lang, kept=out is not None), **options)

    for option in (LANG, FIGURES, JSON, VERBOSE, out_option):
        with_faces = option(with_faces)
    return with_faces
