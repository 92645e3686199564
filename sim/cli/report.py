"""``sim report``: a page, and a workbook if asked for, from the folder of a run, a comparison or a study."""

from __future__ import annotations

from pathlib import Path

import click

from sim.cli.common import LANG


@click.command()
@click.argument("results", type=click.Path(path_type=Path))
@LANG
@click.option(
    "--sensitivity",
    type=click.Path(path_type=Path),
    help="Folder of a sensitivity study of the same scenario; without it, one beside the results is taken.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The page.  [report.html in the folder]")
@click.option("--excel", is_flag=True, help="Write a workbook beside it, and CSV files for Belgian spreadsheets.")
def report(results: Path, lang: str, sensitivity: Path | None, out: Path | None, excel: bool) -> None:
    """Tell what a run, a comparison or a study found on one page, made from its folder alone; nothing is simulated.

    RESULTS is the folder that the command names at its end: of a run, a comparison, a plan, a campaign, the next line,
    a sweep, a sensitivity study or a calibration. The page needs no network and prints on A4.
    """
    from sim.language import language
    from sim.report.write import write_report

    say = language(lang)
    page, *others = write_report(results, say=say, sensitivity=sensitivity, to=out, excel=excel)
    click.echo(say("kept.page", file=page))
    for path in others:
        click.echo(say("kept.numbers", file=path))
