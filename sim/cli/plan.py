"""``sim plan`` and ``sim campaign``: what service costs, and what a campaign asks of the lines."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import (
    FILE,
    SEED,
    SET,
    WORKERS,
    Whole,
    load_scenario,
    replications,
    teller,
)
from sim.cli.faces import Faces, faces

TARGET = click.option(
    "--target", "targets", multiple=True, metavar="TARGET",
    help="'phone 80 % in 60 s', 'never reached while open 5 %', 'abandonment 5 %', ...  [default: the scenario's]",
)  # fmt: skip
EVERYWHERE = click.option("--everywhere", is_flag=True, help="Every target in every province.")
COST = click.option(
    "--cost", "costs", multiple=True, metavar="HOURS=COST",
    help="Cost of a line-hour, e.g. 'mon-fri 9:00-17:00=40'; a number alone for all other hours.  [1]",
)  # fmt: skip
SEARCH = replications("Worlds of the search.", least=10, usual=100)
CONFIRM = click.option(
    "--confirm", type=Whole(20), default=400, show_default=True, help="Fresh worlds that confirm the answer."
)
MOST = click.option("--most", type=Whole(1, 100), help="Lines of a group at most.  [as many as it takes]")


@click.command()
@FILE
@SET
@TARGET
@EVERYWHERE
@click.option("--lines", metavar="NAME,...", help="Line groups that are decided.  [all that the targets are about]")
@click.option("--parts", metavar="PARTS", help="Parts with lines of their own: 9-13,13-17 or 'mon 9-17; tue-fri 9-17'.")
@click.option(
    "--allow", metavar="WAYS", help="What may be organised otherwise: pooling, overflow, or both with a comma."
)
@click.option("--overflow-after", default="60 s", show_default=True, help="Wait from which lines help other provinces.")
@click.option("--least", type=Whole(0, 20), default=1, show_default=True, help="Lines of a group at least.")
@MOST
@COST
@click.option("--cost-never-reached", type=float, default=0.0, help="Cost of a caller who is never reached.  [0]")
@click.option("--shortest-shift", metavar="DURATION", help="Shifts cover the parts and are not shorter, e.g. '4 h'.")
@click.option(
    "--interval", metavar="DURATION",
    help="Every target in every interval of the week (15, 30 or 60 min): lines by time of the week, and shifts.",
)  # fmt: skip
@click.option("--longest-shift", metavar="DURATION", help="With --interval.  [8 h]")
@click.option(
    "--break", "pause", metavar="DURATION", help="A break in the middle third of each shift, with --interval."
)
@click.option("--shrinkage", metavar="SHARE", help="Time lost to sickness and training, with --interval.  [0 %]")
@SEARCH
@CONFIRM
@SEED
@WORKERS
@faces
def plan(
    file: Path,
    settings: tuple[str, ...],
    targets: tuple[str, ...],
    everywhere: bool,
    lines: str | None,
    parts: str | None,
    allow: str | None,
    overflow_after: str,
    least: int,
    most: int | None,
    costs: tuple[str, ...],
    cost_never_reached: float,
    shortest_shift: str | None,
    interval: str | None,
    longest_shift: str | None,
    pause: str | None,
    shrinkage: str | None,
    replications: int,
    confirm: int,
    seed: int | None,
    workers: int | None,
    faces: Faces,
) -> None:
    """The cheapest lines that meet targets, and what more or less would buy."""
    scenario = load_scenario(file, settings)
    only = {"--longest-shift": longest_shift, "--break": pause, "--shrinkage": shrinkage}
    never = {"--parts": parts, "--allow": allow, "--most": most, "--cost": costs, "--everywhere": everywhere}
    if given := [name for name, value in (never if interval else only).items() if value]:
        if interval:
            raise click.UsageError(f"{given[0]} cannot be combined with --interval")
        raise click.UsageError(f"{given[0]} needs --interval, the length of an interval of the week such as '30 min'")
    if interval:
        from sim.studies.requirement import requirement

        required = requirement(
            scenario,
            targets=targets,
            interval=interval,
            lines=_list(lines),
            least=least,
            shortest=shortest_shift or "",
            longest=longest_shift or "",
            pause=pause or "",
            shrinkage=shrinkage or "0 %",
            replications=replications,
            confirm=confirm,
            seed=scenario.experiment.seed if seed is None else seed,
            workers=workers,
            say=teller(faces.lang),
        )
        faces.show(required.answer)
        return
    from sim.language import language
    from sim.studies.plan import plan as study

    found = study(
        scenario,
        targets=targets,
        everywhere=everywhere,
        parts=parts,
        allow=_list(allow),
        lines=_list(lines),
        least=least,
        most=most,
        costs=costs,
        cost_never_reached=cost_never_reached,
        shortest_shift=shortest_shift,
        overflow_after=overflow_after,
        replications=replications,
        confirm=confirm,
        seed=seed,
        workers=workers,
        say=teller(faces.lang),
    )
    folder = faces.show(found.answer)
    if not faces.as_json:
        click.echo(language(faces.lang)("plan.scenario", file=folder / "plan.yaml"))


@click.command()
@FILE
@SET
@click.option("--campaign", "name", metavar="NAME", help="Which campaign.  [the only one]")
@click.option("--ask", metavar="WHAT", help="size (how large a one the lines bear), lines, start, or some.  [all]")
@TARGET
@EVERYWHERE
@click.option(
    "--windows", default="weeks", show_default=True, metavar="DAYS",
    help="On which days lines may be added: weeks, days, or 2020-02-10..2020-02-14,...",
)  # fmt: skip
@click.option("--starts", metavar="TIMES", help="Times of day at which it may begin, e.g. 9:00,20:30.")
@MOST
@COST
@SEARCH
@CONFIRM
@SEED
@WORKERS
@faces
def campaign(
    file: Path,
    settings: tuple[str, ...],
    name: str | None,
    ask: str | None,
    targets: tuple[str, ...],
    everywhere: bool,
    windows: str,
    starts: str | None,
    most: int | None,
    costs: tuple[str, ...],
    replications: int,
    confirm: int,
    seed: int | None,
    workers: int | None,
    faces: Faces,
) -> None:
    """How large a campaign the lines bear, which extra lines it needs on which days, and when to begin it."""
    scenario = load_scenario(file, settings)
    from sim.studies.campaign import QUESTIONS
    from sim.studies.campaign import campaign as study
    from sim.studies.campaign_start import HOURS

    found = study(
        scenario,
        name=name,
        ask=_list(ask) or QUESTIONS,
        targets=targets,
        everywhere=everywhere,
        windows=windows,
        starts=_list(starts) or HOURS,
        most=most,
        costs=costs,
        replications=replications,
        confirm=confirm,
        seed=seed,
        workers=workers,
        say=teller(faces.lang),
    )
    faces.show(found.answer)


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())
