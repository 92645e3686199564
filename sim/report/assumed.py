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


def changed(base: Scenario, other: Scenario) -> list[tuple[str, str, str]]:
    """What one scenario writes differently: path, value in the base, value in the other; '' where there is none."""
    before, after = (_leaves(s.model_dump(mode="json", exclude_none=True)) for s in (base, other))
    paths = [path for path in (*before, *(p for p in after if p not in before)) if before.get(path) != after.get(path)]
    return [(path, before.get(path, ""), after.get(path, "")) for path in paths]


def _leaves(dumped: object, path: str = "") -> dict[str, str]:
    """Every value by its path, without where it comes from; titles and the like are left out."""
    if isinstance(dumped, dict):
        if "value" in dumped and set(dumped) <= {"value", "status", "source", "low", "high"}:
            return _leaves(dumped["value"], path)
        found: dict[str, str] = {}
        for name, value in dumped.items():
            if path or name not in ("name", "title", "short_title", "about", "experiment"):
                found |= _leaves(value, f"{path}.{name}" if path else str(name))
        return found
    if isinstance(dumped, list):
        if any(isinstance(item, dict | list) for item in dumped):
            return {k: v for number, item in enumerate(dumped) for k, v in _leaves(item, f"{path}.{number}").items()}
        return {path: ", ".join(map(str, dumped))}
    return {path: str(dumped).lower() if isinstance(dumped, bool) else str(dumped)}
