"""One page that tells what a run or a comparison found, made from its folder alone; a workbook with its numbers."""

from __future__ import annotations

from pathlib import Path

from sim.errors import ResultsError
from sim.language import ENGLISH, Language
from sim.report.folders import opened
from sim.report.page import comparison_page, run_page
from sim.report.sensitivity import sensitivity_for
from sim.report.spreadsheets import write_spreadsheets
from sim.report.workbook import write_workbook
from sim.results import Result
from sim.store import write_atomically

__all__ = ["write_report"]


def write_report(
    folder: Path,
    *,
    say: Language = ENGLISH,
    sensitivity: Path | None = None,
    to: Path | None = None,
    excel: bool = False,
) -> list[Path]:
    """Write the page of a results folder, and its workbook and spreadsheets if asked for; the files, the page first.

    The page is ``report.html`` (``rapport.html``) in the folder unless ``to`` says otherwise; the others stand beside
    it under the same name. ``sensitivity`` is the folder of a study of the same scenario; without it, one beside the
    results is taken. ResultsError where the folder has no results.
    """
    found = opened(folder)
    page = to or folder / f"{say('report.file')}.html"
    if not page.parent.is_dir():
        raise ResultsError(f"{page}: there is no folder {page.parent}")
    if isinstance(found, Result):
        html = run_page(found, say, sensitivity=sensitivity_for(found.scenario, folder, sensitivity))
    else:
        html = comparison_page(
            found, say, sensitivity=sensitivity_for(found.results[found.base].scenario, folder, sensitivity)
        )
    write_atomically(page, html)
    if not excel:
        return [page]
    return [
        page,
        write_workbook(found, page.with_suffix(".xlsx"), say),
        *write_spreadsheets(found, page.with_suffix(""), say),
    ]
