"""How much assumptions matter: what a sensitivity study of the same scenario found, from its folder."""

from __future__ import annotations

from pathlib import Path

from sim.answers.answer import Answer
from sim.answers.files import read
from sim.answers.page import sections_of
from sim.answers.phrases import played
from sim.errors import ResultsError
from sim.language import Language
from sim.report.sections import Decided
from sim.results.store import essence
from sim.scenario.scenario import Scenario

#: Studies that are shown.
_STUDIES = ("sensitivity", "one-at-a-time")


def sensitivity_for(scenario: Scenario, results: Path, given: Path | None, say: Language) -> Decided | None:
    """The study in ``given``, or the newest one beside the results that is about the same scenario; None without."""
    if given is not None:
        study = _read(given)
        if not _is_about(study, scenario):
            raise ResultsError(f"{given}: is about another scenario than these results")
        return _decided(study, say)
    beside = [path for name in _STUDIES for path in results.resolve().parent.glob(f"{name}-*/answer.json")]
    # A study of everything together says more than one of one value at a time.
    beside.sort(key=lambda path: (path.parent.name.startswith(_STUDIES[0]), path.stat().st_mtime), reverse=True)
    for path in beside:
        try:
            study = _read(path.parent)
        except ResultsError:
            continue  # of another version
        if _is_about(study, scenario):
            return _decided(study, say)
    return None


def _is_about(study: Answer, scenario: Scenario) -> bool:
    return study.scenario is not None and essence(study.scenario) == essence(scenario)


def _read(folder: Path) -> Answer:
    """The study in a folder; ResultsError where it is another one."""
    try:
        study = read(folder)
    except ResultsError as error:
        raise ResultsError(f"{folder}: is not the folder of a sensitivity study ({error})") from None
    if study.study not in _STUDIES:
        what = f"is the folder of another study ({study.study})"
        raise ResultsError(f"{folder}: {what}; name one that `sim sensitivity` wrote")
    return study


def _decided(study: Answer, say: Language) -> Decided:
    return Decided(sections_of(study, say), played(study, say), study.command)
