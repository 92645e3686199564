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

VERBOSE = click.option("-v", "--verbose", is_flag=True, help="Print all tables, and not the first alone.")


@dataclass(frozen=True)
class Faces:
    """Where and how an answer is shown.

    out: the folder of results.
    as_json: whether it is printed as JSON, and nothing else.
    """

    out: Path
    as_json: bool
    figures: bool
    verbose: bool
    lang: str

    def show(self, answer: Answer) -> Path:
        """Write an answer to its folder and print it; return the folder."""
        from sim.answers.files import write
        from sim.language import language

        say, command = language(self.lang), command_line()
        folder = write(answer, self.out, command=command)
        pictures = []
        if self.figures:
            from sim.answers.plots import save_all

            pictures = save_all(answer, folder, say)
        if self.as_json:
            from dataclasses import replace

            click.echo(replace(answer, command=command).to_json(), nl=False)
            return folder
        from sim.answers.terminal import tell
        from sim.tell.runs import console

        tell(answer, console(), say, verbose=self.verbose)
        tables = [f"{table.name}.csv" for table in answer.tables]
        tell_kept(folder, ", ".join([*tables, *answer.files, "answer.json"]), pictures, say)
        return folder


def faces(command: Callable[..., Any]) -> Callable[..., Any]:
    """A command that shows an answer: it gets ``faces`` in place of the options of ``Faces``."""

    @wraps(command)
    def with_faces(
        *, out: Path, as_json: bool, figures: bool, verbose: bool, lang: str, **options: Any
    ) -> Any:  # fmt: skip
        return command(faces=Faces(out, as_json, figures, verbose, lang), **options)

    for option in (LANG, FIGURES, JSON, VERBOSE, OUT):
        with_faces = option(with_faces)
    return with_faces
