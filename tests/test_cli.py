"""What all commands have in common."""

import click

from sim.cli.commands import cli


def test_the_number_of_worlds_is_spelled_alike_at_every_command() -> None:
    asked = {
        name: option.opts
        for name, command in cli.commands.items()
        for option in command.params
        if isinstance(option, click.Option) and option.name in ("replications", "worlds")
    }
    studies = {"run", "compare", "sweep", "next-line", "plan", "campaign", "sensitivity", "calibrate"}
    assert asked == {name: ["-n", "--replications", "--worlds"] for name in studies}
