"""The command line: a thin face on the studies. Heavy packages are imported within the commands."""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.cli.app import app
from sim.cli.calibrate import calibrate
from sim.cli.common import (
    CLUSTER,
    FIGURES,
    FILE,
    INTERRUPTED,
    LANG,
    MOST_WORLDS,
    OUT,
    REPLICATIONS,
    SEED,
    SET,
    WORKERS,
    Whole,
    command_line,
    language_asked,
    load_scenario,
    progress_bar,
    tell_kept,
    teller,
)
from sim.cli.compare import compare
from sim.cli.erlang import erlang
from sim.cli.faces import VERBOSE
from sim.cli.fit import fit
from sim.cli.forecast import forecast
from sim.cli.plan import campaign, plan
from sim.cli.report import report
from sim.cli.sensitivity import sensitivity
from sim.cli.studies import next_line, sweep
from sim.cli.verify import verify
from sim.errors import QuestionError, ScenarioError, SimError

if TYPE_CHECKING:
    from sim.language import Language
    from sim.scenario.scenario import Scenario

WRONG_QUESTION = 2
SCENARIO_INVALID = 3


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="helpline-sim", prog_name="sim")
def cli() -> None:
    """Simulate a helpline: who waits, who gives up, who is never reached."""


@cli.command()
@FILE
@SET
@click.option("--plot", is_flag=True, help="Draw the arrival rates to a picture beside the results.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("results"), help="Folder for the picture.")
@LANG
def check(file: Path, settings: tuple[str, ...], plot: bool, out: Path, lang: str) -> None:
    """Validate a scenario and say in plain words what it means; nothing is simulated."""
    scenario = load_scenario(file, settings)
    from sim.language import language
    from sim.tell.runs import console
    from sim.tell.scenario import tell_scenario

    tell_scenario(scenario, console(), language(lang))
    if plot:
        from sim.figures.runs import draw_arrival_rates, save

        path = save(draw_arrival_rates(scenario, say=language(lang)), out / f"{scenario.name}-arrival-rates.png")
        click.echo("\n" + language(lang)("kept.picture", file=path))


@cli.command()
@FILE
@SET
@REPLICATIONS
@click.option(
    "--precision",
    multiple=True,
    metavar="MEASURE[@NAME]=WIDTH",
    help="Go on until the interval is ± this, e.g. abandonment@phone=0.5pp, asa@phone=5s, abandoned=2% (of its value).",
)
@click.option("--max-replications", type=Whole(1, MOST_WORLDS), help="Stop there whatever the precision.  [100000]")
@SEED
@click.option("--engine", type=click.Choice(["auto", "simpy", "compiled"]), default="auto", show_default=True)
@WORKERS
@CLUSTER
@OUT
@click.option("--contacts", default="100", show_default=True, metavar="N|all|none", help="Keep contacts of so many.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.option("--quiet", is_flag=True, help="Print only where the results are.")
@VERBOSE
@FIGURES
@LANG
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
    verbose: bool,
    figures: bool,
    lang: str,
) -> None:
    """Simulate a scenario, print what became of its callers and keep the results."""
    scenario = load_scenario(file, settings)
    from sim.studies.run import Interrupted
    from sim.studies.run import run as study

    until = _until(scenario, precision, max_replications)
    try:
        with progress_bar(lang, hidden=quiet or as_json) as progress:
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
                say=teller(lang),
                command=command_line(),
                **until,
            )
    except Interrupted as stopped:
        _show(stopped.result, as_json=False, quiet=quiet, verbose=verbose, figures=False, lang=lang)
        click.echo(f"{stopped}. The same command goes on from there.", err=True)
        raise SystemExit(INTERRUPTED) from None
    _show(result, as_json=as_json, quiet=quiet, verbose=verbose, figures=figures, lang=lang)


@cli.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors."""
    from sim.scenario.load import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


cli.add_command(app)
cli.add_command(compare)
cli.add_command(erlang)
cli.add_command(sweep)
cli.add_command(next_line)
cli.add_command(plan)
cli.add_command(campaign)
cli.add_command(report)
cli.add_command(sensitivity)
cli.add_command(calibrate)
cli.add_command(fit)
cli.add_command(forecast)
cli.add_command(verify)


def main() -> None:
    """Run the command line: one clear message and an exit code for whatever goes wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that lacks a character shows the others
    try:
        code = _outcome()
        sys.stdout.flush()
    except BrokenPipeError:
        code = 0  # the reader (such as head) has seen enough
        _drop_output()
    except OSError as error:
        code = 1
        _drop_output()
        with suppress(OSError):
            click.echo(f"Error: {_explained(error)}", err=True)
        _drop_output()  # the message too, where it could not be written
    except KeyboardInterrupt:
        code = INTERRUPTED
        click.echo("stopped", err=True)
    sys.exit(code)


def _outcome() -> int:
    """Exit code of the command, whose message was printed."""
    if "_SIM_COMPLETE" in os.environ:
        cli.main(prog_name="sim")  # completion in a shell
    try:
        # Not by Click's own main, which makes an exit code of a reader who has seen enough.
        with cli.make_context("sim", sys.argv[1:]) as context:
            cli.invoke(context)
    except ScenarioError as error:
        click.echo(_told(error), err=True)
        return SCENARIO_INVALID
    except click.exceptions.Abort:
        click.echo("stopped", err=True)
        return INTERRUPTED
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 1
    except click.ClickException as error:
        error.message = _told(click.ClickException(error.message))  # type: ignore[misc]  # final only to type checkers
        error.show()
        return error.exit_code
    except SimError as error:
        click.echo(f"Error: {_told(error)}", err=True)
        return WRONG_QUESTION if isinstance(error, QuestionError) else 1
    return 0


def _told(error: Exception) -> str:
    from sim.language.mistakes import told_error

    return told_error(error, _readers_language())


def _readers_language() -> Language:
    from sim.language import language

    return language(language_asked(sys.argv[1:]))


def _explained(error: OSError) -> str:
    """What the system refused, in one sentence."""
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename else _readers_language()("damage.output", why=why)


def _drop_output() -> None:
    """Let nothing fail any more that is still to be written to standard output or error."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
            continue
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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


def _how_many(text: str) -> int:
    if text == "all":
        return 10**9
    if text == "none":
        return 0
    if text.isascii() and text.isdigit():
        return int(text)
    raise click.BadParameter(f"{text!r} is not a number, 'all' or 'none'", param_hint="--contacts")


def _show(result: Any, *, as_json: bool, quiet: bool, verbose: bool, figures: bool, lang: str) -> None:
    if result is None:
        return
    result.write_summary()
    pictures = _pictures(result, lang) if figures else []
    if as_json:
        click.echo(result.to_json(), nl=False)
        return
    if quiet:
        click.echo(str(result.folder))
        return
    from sim.answers.terminal import tell
    from sim.language import language
    from sim.studies.run_answer import answer_of
    from sim.tell.runs import console

    tell(answer_of(result, whole=verbose), console(), language(lang), verbose=verbose)
    files = "summary.csv, by_day.csv, by_hour.csv, contacts, ..."
    tell_kept(result.folder, files, pictures, language(lang))


def _pictures(result: Any, lang: str) -> list[Path]:
    from sim.figures.runs import draw_all, save
    from sim.language import language

    drawn = draw_all(result, say=language(lang))
    return [save(figure, result.folder / f"{name}.png") for name, figure in drawn.items()]
