"""One page that tells what a run, a comparison or a study found, from its folder alone; a workbook with its numbers."""

from __future__ import annotations

from pathlib import Path

from sim.answers.answer import Answer
from sim.answers.page import page_of
from sim.answers.sheets import sheets_of as sheets_of_answer
from sim.errors import ResultsError
from sim.language import ENGLISH, Language
from sim.report.folders import opened
from sim.report.page import comparison_page, run_page
from sim.report.plans import in_words
from sim.report.sensitivity import sensitivity_for
from sim.report.sheets import Sheet, sheets_of
from sim.report.spreadsheets import write_spreadsheets
from sim.report.workbook import write_workbook
from sim.results.result import Result
from sim.results.store import write_atomically
from sim.studies.compare import Comparison

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
    found = _told(opened(folder), say)
    page = to or folder / f"{say('report.file')}.html"
    if not page.parent.is_dir():
        raise ResultsError(f"{page}: there is no folder {page.parent}")
    write_atomically(page, _page(found, folder, sensitivity, say))
    if not excel:
        return [page]
    sheets, (title, written) = _sheets(found, say), _about(found, say)
    workbook = write_workbook(sheets, page.with_suffix(".xlsx"), title=title, written=written, say=say)
    return [page, workbook, *write_spreadsheets(sheets, page.with_suffix(""))]


#: What a folder of results holds.
_Found = Result | Comparison | Answer


def _told(found: _Found, say: Language) -> _Found:
    return in_words(found, say) if isinstance(found, Comparison) else found


def _page(found: _Found, folder: Path, sensitivity: Path | None, say: Language) -> str:
    if isinstance(found, Answer):
        if sensitivity is not None:
            raise ResultsError(f"{folder}: is the folder of a study; a sensitivity goes with a run or a comparison")
        return page_of(found, say)
    if isinstance(found, Result):
        return run_page(found, say, sensitivity=sensitivity_for(found.scenario, folder, sensitivity, say))
    study = sensitivity_for(found.results[found.base].scenario, folder, sensitivity, say)
    return comparison_page(found, say, sensitivity=study)


def _sheets(found: _Found, say: Language) -> list[Sheet]:
    if isinstance(found, Answer):
        return list(sheets_of_answer(found, say))
    return sheets_of(found, say)


def _about(found: _Found, say: Language) -> tuple[str, str]:
    """Title, and when the results were written ('' where that is not kept)."""
    if isinstance(found, Answer):
        return found.scenario.titled(say.code), ""
    result = found if isinstance(found, Result) else found.results[found.base]
    written = result.store.manifest().get("written", "")
    return result.scenario.titled(say.code), str(written)
