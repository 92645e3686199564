"""Plans on the same callers: run, compared, kept."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.answers.answer import Answer
from sim.answers.answered import Answered
from sim.errors import ResultsError
from sim.results.damage import require_sound
from sim.results.result import Result
from sim.results.store import Store, write_atomically
from sim.scenario.scenario import Scenario
from sim.studies.bars import with_bar
from sim.studies.compared import Compared
from sim.studies.comparison_answer import answer_of
from sim.studies.matters import WORLDS, matters
from sim.studies.matters_words import kept, read
from sim.studies.run import Progress, run
from sim.studies.trial import Which

#: The file that says which plans a comparison's folder is about.
MANIFEST = "comparison.json"


@dataclass(frozen=True)
class Comparison(Compared, Answered):
    """Results of several plans on the same worlds, the first of them the base, as they are shown and kept."""

    @property
    def answer(self) -> Answer:
        """As data, for every face."""
        return answer_of(self)

    def write(self, out: str | Path) -> Path:
        """Write its folder in ``out``, from which it can be read back; return the folder."""
        folder = super().write(out)
        self.keep(folder)
        return folder

    def keep(self, folder: Path) -> None:
        """Write what it takes to read it back, in its folder."""
        # From here, so that all folders may move together.
        plans = {name: os.path.relpath(result.folder, folder) for name, result in self.results.items()}
        manifest: dict[str, Any] = {"replications": self.replications, "plans": plans}
        if self.matters is not None:
            manifest |= {"assumptions": kept(self.matters)}
        write_atomically(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def read(cls, folder: Path) -> Comparison:
        """What ``write`` wrote; ResultsError where this is no comparison, or where a plan's results are gone."""
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            n, plans = int(manifest["replications"]), {str(k): folder / v for k, v in manifest["plans"].items()}
            assumptions = read(manifest["assumptions"]) if "assumptions" in manifest else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ResultsError(f"{folder}: is not the folder of a comparison ({error})") from None
        for name, where in plans.items():
            if (there := require_sound(Store(where))) < n:
                why = f"{there:,} of {n:,} replications of {name!r} are in {where}"
                raise ResultsError(f"{folder}: {why}; run the comparison again")
        return cls({name: Result(where.resolve(), n) for name, where in plans.items()}, assumptions)


def _with_assumptions(found: Comparison, workers: int | None) -> Comparison:
    """With which assumptions matter most to people never reached under the best plan, beside the next best."""
    usual = {plan: found.difference(plan, "never_reached").difference for plan in found.plans}
    best = sorted(found.plans, key=lambda plan: usual[plan].value)[:2]
    plans = {name: found.results[name].scenario for name in (found.base, *best)}
    measure, seed = ("never_reached", "all", "all"), found.results[found.base].seed
    return replace(found, matters=matters(plans, usual[best[0]], measure, Which(WORLDS, 0, seed), workers=workers))


@with_bar
def compare(
    plans: Mapping[str, Scenario],
    *,
    replications: int | None = None,
    seed: int | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = "results",
    keep_contacts: int = 100,
    assumptions: bool = True,
    progress: Progress | None = None,
    command: str = "",
) -> Comparison:
    """Run every plan on the worlds of the same seed; replications and seed default to those of the first plan.

    Callers are the same wherever the plans state the same demand. ``assumptions`` plays the ends of every stated range
    too, to tell which of them matter most. ``progress`` is told (done, wanted) over all plans.
    """
    if len(plans) < 2:
        raise ValueError("a comparison needs at least two plans")
    first = next(iter(plans.values()))
    wanted = first.experiment.replications if replications is None else replications
    seed = first.experiment.seed if seed is None else seed
    results = {}
    for number, (name, scenario) in enumerate(plans.items()):

        def tell(done: int, _wanted: int, number: int = number) -> None:
            if progress is not None:
                progress(number * wanted + done, len(plans) * wanted)

        results[name] = run(
            scenario,
            replications=wanted,
            seed=seed,
            workers=workers,
            cluster=cluster,
            out=out,
            keep_contacts=keep_contacts,
            progress=tell,
            command=command,
        )
    found = Comparison(results)
    return _with_assumptions(found, workers) if assumptions else found
