"""Results read back from a folder, with one message where it is not one."""

from __future__ import annotations

from pathlib import Path

from sim.answers.answer import Answer
from sim.answers.files import ANSWER, read
from sim.errors import ResultsError
from sim.results.damage import require_sound
from sim.results.result import Result
from sim.results.store import Store
from sim.studies.compare import MANIFEST, Comparison
from sim.studies.run_answer import answer_of


def opened(folder: Path) -> Answer:
    """What the run, the comparison or the study in ``folder`` found."""
    if (folder / MANIFEST).is_file() and not (folder / ANSWER).is_file():  # of an older version
        return Comparison.read(folder).answer
    if (folder / ANSWER).is_file():
        return read(folder)
    if not (folder / "manifest.json").is_file():
        raise ResultsError(_wrong(folder))
    replications = require_sound(Store(folder))
    if not replications:
        raise ResultsError(f"{folder}: no replications are finished here; run the scenario again")
    return answer_of(Result(folder, replications))


def _wrong(folder: Path) -> str:
    """What is wrong with a folder without results, and which one may have been meant."""
    if not folder.exists():
        return f"{folder}: there is no such folder"
    if not folder.is_dir():
        return f"{folder}: is a file; name the folder of a run, a comparison or a study"
    inside = sorted(p.parent for name in ("manifest.json", MANIFEST, "answer.json") for p in folder.glob(f"*/{name}"))
    hint = (
        f"; did you mean {inside[0]}" + (f" or one of {len(inside) - 1} others there?" if inside[1:] else "?")
        if inside
        else ""
    )
    return f"{folder}: is not the folder of a run, a comparison or a study{hint}"
