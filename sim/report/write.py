"""One page that tells what a run, a comparison or a study found, from its folder alone; a workbook with its numbers."""

from __future__ import annotations

from pathlib import Path

from sim.answers.answer import Answer
from sim.answers.page import page_of
from sim.answers.phrases import title_of
from sim.answers.sheets import sheets_of
from sim.errors import ResultsError
from sim.language import ENGLISH, Language
from sim.report.folders import opened
from sim.report.sensitivity import sensitivity_for
from sim.report.spreadsheets import write_spreadsheets
from sim.report.workbook import write_workbook
from sim.results.store import write_atomically

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
    it under the same name. ``sensitivity`` is the folder of a study of the same scenario as a run or a comparison;
    without it, one beside the results is taken. ResultsError where the folder has no results.
    """
    found = opened(folder)
    page = to or folder / f"{say('report.file')}.html"
    if not page.parent.is_dir():
        raise ResultsError(f"{page}: there is no folder {page.parent}")
    write_atomically(page, _page(found, folder, sensitivity, say))
    if not excel:
        return [page]
    sheets, written = list(sheets_of(found, say)), found.made.get("written", "")
    workbook = write_workbook(sheets, page.with_suffix(".xlsx"), title=title_of(found, say), written=written, say=say)
    return [page, workbook, *write_spreadsheets(sheets, page.with_suffix(""))]


#: Studies beside which a sensitivity is shown.
_BESIDE = ("run", "compare")


def _page(found: Answer, folder: Path, sensitivity: Path | None, say: Language) -> str:
    if found.study in _BESIDE and found.scenario is not None:
        beside = sensitivity_for(found.scenario, folder, sensitivity, say)
        return page_of(found, say, sensitivity=beside, wanted=True)
    if sensitivity is not None:
        raise ResultsError(f"{folder}: is the folder of a study; a sensitivity goes with a run or a comparison")
    return page_of(found, say)
