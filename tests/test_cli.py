"""What all commands have in common."""

from io import StringIO

import click
import pytest
from rich.console import Console

from sim.cli.commands import cli
from sim.tell.paths import Dotted


def test_the_number_of_worlds_is_spelled_alike_at_every_command() -> None:
    asked = {
        name: option.opts
        for name, command in cli.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and option.name in ("replications", "worlds")
    }
    studies = {"run", "compare", "sweep", "next-line", "plan", "campaign", "sensitivity", "calibrate"}
    assert asked == {name: ["-n", "--replications", "--worlds"] for name in studies}


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (40, "handling.phone.conversation.mean"),
        (20, "handling.phone.\nconversation.mean"),
        (14, "handling.\nphone.\nconversation.\nmean"),
    ],
)
def test_paths_in_tables_are_broken_behind_dots(width: int, shown: str) -> None:
    out = Console(width=width, file=StringIO())
    out.print(Dotted("handling.phone.conversation.mean"))
    assert out.file.getvalue() == f"{shown}\n"
