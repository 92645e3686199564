"""The command line: a thin face on the studies. Heavy packages are imported within the commands."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli_erlang import erlang
from sim.cli_verify import verify
from sim.errors import ScenarioError, SimError

if TYPE_CHECKING:
    from sim.scenario.model import Scenario

SCENARIO_INVALID, INTERRUPTED = 3, 130

_FILE = click.argument("file", type=click.Path(path_type=Path))
_SET = click.option(
    "--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a value, e.g. --set lines.antwerpen=2."
)

_CLUSTER = click.option(
    "--cluster", metavar="ADDRESS", callback=lambda context, _, address: _without_workers(context, address),
    help="Dask scheduler whose workers do the work, e.g. tcp://10.0.0.5:8786 (docs/cluster.md).",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="helpline-sim", prog_name="sim")
def cli() -> None:
    """Simulate a helpline: who waits, who gives up, who is never reached."""


@cli.command()
@_FILE
@_SET
@click.option("--plot", is_flag=True, help="Draw the arrival rates to a picture beside the results.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), help="Folder for the picture.")
def check(file: Path, settings: tuple[str, ...], plot: bool, out: Path) -> None:
    """Validate a scenario and say in plain words what it means; nothing is simulated."""
    scenario = _load(file, settings)
    from sim.tell import console, tell_scenario

    tell_scenario(scenario, console())
    if plot:
        from sim.figures import draw_arrival_rates, save

        path = save(draw_arrival_rates(scenario), out / f"{scenario.name}-arrival-rates.png")
        click.echo(f"\nArrival rates: {path}")


@cli.command()
@_FILE
@_SET
@click.option("-n", "--replications", type=click.IntRange(1), help="Independent periods to simulate.")
@click.option(
    "--precision",
    multiple=True,
    metavar="MEASURE[@NAME]=WIDTH",
    help="Go on until the interval is ± this, e.g. abandonment@phone=0.5pp, asa=5s, abandoned=2% (of its value).",
)
@click.option("--max-replications", type=click.IntRange(1), help="Stop there whatever the precision.  [100000]")
@click.option("--seed", type=click.IntRange(0), help="Seed of all luck.")
@click.option("--engine", type=click.Choice(["auto", "simpy", "compiled"]), default="auto", show_default=True)
@click.option("--workers", type=click.IntRange(1), help="Processes; the result is the same with any number.")
@_CLUSTER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--contacts", default="100", show_default=True, metavar="N|all|none", help="Keep contacts of so many.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", is_flag=True, help="Print only where the results are.")
@click.option("--figures/--no-figures", default=True, show_default=True)
def run(
    file: Path,
    settings: tuple[str, ...],
    replications: int | None,
    precision: tuple[str, ...],
    max_replications: int | None,
    seed: int | None,
    engine: str,
    workers: int | None,
    cluster: str | None,
    out: Path,
    contacts: str,
    as_json: bool,
    quiet: bool,
    figures: bool,
) -> None:
    """Simulate a scenario, print what became of its callers and keep the results."""
    scenario = _load(file, settings)
    from sim.studies.run import Interrupted
    from sim.studies.run import run as study

    until = _until(scenario, precision, max_replications)
    try:
        with _progress(hidden=quiet or as_json) as progress:
            result = study(
                scenario,
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                keep_contacts=_how_many(contacts),
                progress=progress,
                say=lambda text: click.echo(text, err=True),
                command=_command(),
                **until,
            )
    except Interrupted as stopped:
        _show(stopped.result, as_json=False, quiet=quiet, figures=False)
        click.echo(f"{stopped}. The same command goes on from there.", err=True)
        raise SystemExit(INTERRUPTED) from None
    _show(result, as_json=as_json, quiet=quiet, figures=figures)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@_SET
@click.option(
    "--plan",
    "plans",
    multiple=True,
    metavar="NAME:PATH=VALUE[;...]",
    help="A variant of the first file, e.g. --plan 'second line: lines.antwerpen=2'.",
)
@click.option("-n", "--replications", type=click.IntRange(1), help="Independent periods to simulate.")
@click.option("--seed", type=click.IntRange(0), help="Seed of all luck.")
@click.option("--workers", type=click.IntRange(1), help="Processes; the result is the same with any number.")
@_CLUSTER
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("results"), show_default=True)
@click.option("--figures/--no-figures", default=True, show_default=True)
def compare(
    files: tuple[Path, ...],
    settings: tuple[str, ...],
    plans: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    cluster: str | None,
    out: Path,
    figures: bool,
) -> None:
    """Hold other plans against the first, on the same callers; --set goes for all of them."""
    from sim.studies.compare import compare as study
    from sim.studies.run import Interrupted
    from sim.tell import console
    from sim.tell_comparison import tell_comparison

    scenarios = _plans(files, settings, plans)
    try:
        with _progress(hidden=False) as progress:
            found = study(
                scenarios,
                replications=replications,
                seed=seed,
                workers=workers,
                cluster=cluster,
                out=out,
                progress=progress,
                command=_command(),
            )
    except Interrupted as stopped:
        click.echo(f"{stopped}. The same command goes on from there.", err=True)
        raise SystemExit(INTERRUPTED) from None
    tell_comparison(found, console())
    folder = found.write(out)
    click.echo(f"\nResults:  {folder}/comparison.csv, and each plan's own folder in {out}/")
    if figures:
        from sim.figures import draw_comparison, save

        click.echo(f"Picture:  {save(draw_comparison(found), folder / 'comparison.png')}")


def _plans(files: tuple[Path, ...], settings: tuple[str, ...], plans: tuple[str, ...]) -> dict[str, Scenario]:
    """Scenarios by the names under which they are compared; the first is the base."""
    named = [(file.stem, file, settings) for file in files]
    for plan in plans:
        name, colon, changes = plan.partition(":")
        if not colon or not name.strip() or "=" not in changes:
            message = f"{plan!r} is not NAME:PATH=VALUE, such as 'second line: lines.antwerpen=2'"
            raise click.BadParameter(message, param_hint="--plan")
        named.append((name.strip(), files[0], (*settings, *(change.strip() for change in changes.split(";")))))
    if len(named) < 2:
        raise click.UsageError("a comparison needs two plans: name another file, or a --plan of the first")
    names = [name for name, _, _ in named]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise click.UsageError(f"two plans are called {twice!r}; give files and plans different names")
    return {name: _load(file, changes) for name, file, changes in named}


@cli.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.load import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


cli.add_command(erlang)
cli.add_command(verify)


def main() -> None:
    """Entry point: one clear message and an exit code for whatever goes wrong."""
    try:
        cli.main(standalone_mode=False)
    except ScenarioError as error:
        click.echo(str(error), err=True)
        sys.exit(SCENARIO_INVALID)
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        sys.exit(INTERRUPTED)
    except click.exceptions.Exit as leave:
        sys.exit(leave.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except SimError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        # The reader (such as head) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _load(file: Path, settings: tuple[str, ...]) -> Scenario:
    from sim.scenario.load import load

    return load(file, settings)


def _until(scenario: Scenario, precision: tuple[str, ...], most: int | None) -> dict[str, Any]:
    """Arguments of a run that goes on until the wishes are granted; one message where they cannot be read."""
    from sim.studies.precision import MOST, wishes_of

    if not precision:
        if most is not None:
            raise click.UsageError("--max-replications goes with --precision; without it, -n is the number")
        return {}
    wishes = {}
    for wish in precision:
        who, equals, width = wish.partition("=")
        if not equals or who in wishes:
            wrong = "is wished for twice" if equals else "is not MEASURE=WIDTH, such as abandonment=0.5pp"
            raise click.BadParameter(f"{wish!r} {wrong}", param_hint="--precision")
        wishes[who] = width
    try:
        wishes_of(scenario, wishes)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--precision") from None
    return {"precision": wishes, "max_replications": most or MOST}


def _without_workers(context: click.Context, address: str | None) -> str | None:
    if address is not None and context.params.get("workers") is not None:
        raise click.UsageError("--workers are cores of this machine; with --cluster, its workers do the work")
    return address


def _command() -> str:
    return shlex.join(["sim", *sys.argv[1:]])


def _how_many(text: str) -> int:
    if text == "all":
        return 10**9
    if text == "none":
        return 0
    if text.isdigit():
        return int(text)
    raise click.BadParameter(f"{text!r} is not a number, 'all' or 'none'", param_hint="--contacts")


class _progress:  # noqa: N801  # reads as a verb at its one use
    """A bar on a terminal, a line now and then elsewhere, or nothing; always on stderr."""

    def __init__(self, *, hidden: bool) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True)
        self.hidden, self.told = hidden, -1
        self.bar = Progress(
            TextColumn("simulating"),
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
        self.bar.update(self.task, completed=done, total=wanted)
        tenth = 10 * done // wanted
        if not self.hidden and not self.console.is_terminal and tenth > self.told:
            self.told = tenth
            click.echo(f"{done:,} of {wanted:,} replications", err=True)


def _show(result: Any, *, as_json: bool, quiet: bool, figures: bool) -> None:
    if result is None:
        return
    result.write_summary()
    pictures = _pictures(result) if figures else []
    if as_json:
        click.echo(result.to_json(), nl=False)
        return
    if quiet:
        click.echo(str(result.folder))
        return
    from sim.tell import console, tell_result

    tell_result(result, console())
    click.echo(f"\nResults:  {result.folder}/  (summary.csv, by_day.csv, by_hour.csv, contacts, ...)")
    for path in pictures:
        click.echo(f"Picture:  {path}")


def _pictures(result: Any) -> list[Path]:
    from sim.figures import draw_all, save

    return [save(figure, result.folder / f"{name}.png") for name, figure in draw_all(result).items()]


if __name__ == "__main__":
    main()
