"""What was assumed: every value that says where it comes from, the uncertain ones first."""

from __future__ import annotations

from dataclasses import dataclass

from sim.answers.grids import Cell, Code, Grid, grid
from sim.language import Language
from sim.language.shown import in_words
from sim.scenario.scenario import Scenario
from sim.studies.assumed import Assumption, assumptions

#: What a value stands for in the order of doubt.
_UNCERTAIN = ("assumed", "derived")


@dataclass(frozen=True)
class Assumed:
    """How many values are of which origin, and their tables: uncertain ones, and those that are published."""

    assumed: int
    derived: int
    published: int
    uncertain: Grid
    known: Grid | None


def assumed_in(scenario: Scenario, say: Language) -> Assumed:
    """All stated values of a scenario."""
    found = list(assumptions(scenario))
    by_status = {status: [a for a in found if a.status == status] for status in (*_UNCERTAIN, "published")}
    heads = (say("column.value_of"), say("column.is"), say("report.low"), say("report.high"), say("column.source"))
    doubtful = [a for status in _UNCERTAIN for a in by_status[status]]
    uncertain = grid(
        say("report.uncertain"),
        (say("column.status"), *heads),
        [[say.known("status", a.status), *_cells(a, say)] for a in doubtful],
        note=say("report.uncertain_note"),
        widths=(9, 31, 14, 11, 11, 24),
    )
    published = [[cell for i, cell in enumerate(_cells(a, say)) if i not in (2, 3)] for a in by_status["published"]]
    of_known = (heads[0], heads[1], heads[4])
    known = grid(say("report.published"), of_known, published, widths=(35, 30, 35)) if published else None
    counts = {status: len(values) for status, values in by_status.items()}
    return Assumed(counts["assumed"], counts["derived"], counts["published"], uncertain, known)


def _cells(found: Assumption, say: Language) -> list[Cell]:
    return [named(found.path, say), *map(say.value, (found.value, found.low, found.high)), found.source.told(say.code)]


def named(path: str, say: Language) -> Code:
    """The path of a value in words, as far as these are known, over the path itself."""
    return Code(in_words(path, say), path)
