"""Several plans met by the same callers: paired differences to the first of them, with intervals."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.answers.kinds import in_language
from sim.errors import NoMeasureError, ResultsError
from sim.language import CODES, ENGLISH, Language, language
from sim.language.shown import signed
from sim.model.impossible import Columns, impossible
from sim.results.damage import require_sound
from sim.results.notebook import table_html, titled
from sim.results.result import Result
from sim.results.store import Store, write_atomically
from sim.results.tables import csv_text
from sim.scenario.scenario import Scenario
from sim.statistics.estimates import NOTHING, Estimate, Moments, Pairs
from sim.statistics.summary import DEFINITIONS, PAIRS
from sim.studies.answers import csv_of, flat
from sim.studies.bars import with_bar
from sim.studies.matters import WORLDS, Matters, matters
from sim.studies.matters_words import kept, read, rows, sentences
from sim.studies.outside_hours import left_out
from sim.studies.paired import difference_of
from sim.studies.run import Progress, run
from sim.studies.trial import Which
from sim.units import nearest

#: The file that says which plans a comparison's folder is about.
MANIFEST = "comparison.json"
ASSUMPTIONS = "assumptions.csv"
#: What is compared of every scope unless asked otherwise.
MEASURES = (
    "never_reached",
    "never_reached_share",
    "reached",
    "offered",
    "answered",
    "called_back",
    "abandoned",
    "blocked",
    "balked",
    "sent_away",
    "closed",
    "abandonment",
    "loss",
    "service_level_of_offered",
    "service_level_excluding_short",
    "service_level_of_answered",
)
KINDS = ("all", "channel", "province", "cause")
#: Of single channels: a mean over all would mix seconds on the phone with days until an e-mail is answered.
OF_CHANNELS = ("asa",)
OF_LINES = ("staffed", "busy", "overtime", "occupancy")
_MORE = {"channel": OF_CHANNELS, "all": OF_LINES}
#: Callers of one fate over all callers.
_FATE, _CALLERS = {"fate": 1}, {"callers": 1}
_FATES = Pairs(("fate", "callers"), ((_FATE, _CALLERS),))


@dataclass(frozen=True)
class Difference:
    """A measure of one plan beside the base's: both with 95 % intervals, and their paired difference.

    The interval of the difference holds for all plans of the comparison together (Bonferroni), at 95 %.
    """

    plan: str
    kind: str
    name: str
    measure: str
    base: Estimate
    value: Estimate
    difference: Estimate
    unit: str
    definition: str


@dataclass(frozen=True)
class Fates:
    """Of 100 callers: reached only under the plan, only under the base, under both, under neither."""

    gained: Estimate
    lost: Estimate
    both: Estimate
    neither: Estimate
    replications: int


@dataclass(frozen=True)
class Comparison:
    """Results of several plans on the same worlds; the first is the base.

    ``matters`` says which assumptions matter most to the answer, where that was asked for.
    """

    results: Mapping[str, Result]
    matters: Matters | None = None

    @property
    def base(self) -> str:
        """Name of the plan that the others are held against."""
        return next(iter(self.results))

    @property
    def plans(self) -> list[str]:
        """The other plans."""
        return list(self.results)[1:]

    def called(self, plan: str, say: Language) -> str:
        """A plan as readers know it: by the short title of its own file, or as it was named for this comparison."""
        scenario = self.results[plan].scenario
        return scenario.short_titled(say.code) if scenario.name == plan else plan

    @property
    def replications(self) -> int:
        """Worlds that every plan met."""
        return min(result.replications for result in self.results.values())

    @property
    def worlds(self) -> Which:
        """Which worlds these were."""
        return Which(self.replications, 0, self.results[self.base].seed)

    def left_out(self, say: Language) -> list[str]:
        """For each channel with longer hours, whose callers then are not stated, a sentence that says so."""
        return [in_language(one, say) for one in left_out([result.scenario for result in self.results.values()])]

    def interval_told(self, say: Language) -> str:
        """What ± is half of, and what is counted."""
        plans = len(self.plans)
        half = say("compare.interval", plans=plans) if plans > 1 else say("compare.interval_one")
        return f"{half} {say('compare.caption')}"

    @property
    def level(self) -> float:
        """Level of a single interval, so that those of all plans hold together at 95 %."""
        return 1 - 0.05 / max(len(self.plans), 1)

    @cached_property
    def differences(self) -> list[Difference]:
        """Every measure of every channel, province and in all, for every plan."""
        found = [difference for scope in self._scopes for difference in self._of(*scope)]
        return sorted(found, key=lambda difference: self.plans.index(difference.plan))

    @cached_property
    def _never(self) -> dict[str, Columns]:
        """What can never happen, by plan."""
        return {name: impossible(result.scenario, result.scenario.model) for name, result in self.results.items()}

    @property
    def _scopes(self) -> list[tuple[str, str]]:
        """What is compared: kinds and names that the base has."""
        cells = self.results[self.base].layout.cells()
        return [(kind, name) for kind, name, slice_, _ in cells if slice_ == "period" and kind in KINDS]

    def _of(self, kind: str, name: str) -> Iterator[Difference]:
        """Every measure of one scope, for every plan that has it; only its counts are in memory."""
        before = self.results[self.base].values(kind=kind, name=name)
        was = Moments.of(PAIRS, before[:, None, :])
        for plan in self.plans:
            if (kind, name, "period", 0) not in self.results[plan].layout.cells():
                continue
            after = self.results[plan].values(kind=kind, name=name)
            is_ = Moments.of(PAIRS, after[:, None, :])
            never_was, never_is = (self._never[one].get((kind, name), frozenset()) for one in (self.base, plan))
            for measure in (*MEASURES, *_MORE.get(kind, ())):
                of = DEFINITIONS[measure]
                difference = difference_of(of, before, after, level=self.level)
                if difference is not NOTHING:
                    both = of.estimate(was, 0, never=never_was), of.estimate(is_, 0, never=never_is)
                    yield Difference(plan, kind, name, measure, *both, difference, of.unit, of.text)

    def difference(self, plan: str, measure: str, *, kind: str = "all", name: str = "all") -> Difference:
        """One of them; NoMeasureError, a KeyError, where there is none."""
        for found in self.differences:
            if (found.plan, found.measure, found.kind, found.name) == (plan, measure, kind, name):
                return found
        if plan not in self.plans:
            known = f"{nearest(plan, self.plans)} There are {', '.join(self.plans)}"
            raise NoMeasureError(f"{plan!r} is not compared.{known}")
        there = ((one.measure, one.kind, one.name) for one in self.differences if one.plan == plan)
        raise NoMeasureError.among(there, measure, kind, name)

    def fates(self, plan: str) -> Fates | None:
        """Which callers are reached under which plan, from the kept contacts; None where the callers differ."""
        base, other = (self._reached(self.results[name]) for name in (self.base, plan))
        if not len(base["caller"]) or any(
            not np.array_equal(base[key], other[key]) for key in ("replication", "caller", "dialled", "province")
        ):
            return None
        before, after = base["reached"].astype(bool), other["reached"].astype(bool)
        worlds, of = np.unique(base["replication"], return_inverse=True)
        callers = np.bincount(of)

        def share(which: NDArray[np.bool_]) -> Estimate:
            counts = np.stack([np.bincount(of[which], minlength=len(worlds)), callers], axis=1)
            return Moments.of(_FATES, counts[:, None, :]).ratio(0, _FATE, _CALLERS, kind="share").scaled(100)

        return Fates(
            gained=share(~before & after),
            lost=share(before & ~after),
            both=share(before & after),
            neither=share(~before & ~after),
            replications=len(worlds),
        )

    def _reached(self, result: Result) -> dict[str, NDArray[np.generic]]:
        query = (
            "SELECT replication, caller, min(dialled) AS dialled, min(province) AS province, "
            "max((outcome IN ('answered', 'called_back'))::INT) AS reached FROM {table} WHERE replication <= ? "
            "GROUP BY replication, caller ORDER BY replication, caller"
        )
        last = min(self._last_kept(r) for r in self.results.values())
        return {n: np.ma.getdata(c) for n, c in result.store.read("contacts", self.replications, query, [last]).items()}

    def _last_kept(self, result: Result) -> int:
        """The last replication whose contacts were kept, as those before it were."""
        table = result.store.read("contacts", self.replications, "SELECT max(replication) AS last FROM {table}")
        # None where nobody called.
        return -1 if np.ma.is_masked(table["last"]) else int(table["last"][0])

    def _repr_html_(self) -> str:
        return _html(self)

    def write(self, out: Path) -> Path:
        """``comparison.csv`` and what it takes to read it back, in a folder of its own below ``out``; the folder."""
        folders = "+".join(result.folder.name for result in self.results.values())
        folder = out / f"compare-{self.base}-{hashlib.sha256(folders.encode()).hexdigest()[:12]}"
        write_atomically(folder / "comparison.csv", self.to_csv())
        if self.matters is None:
            (folder / ASSUMPTIONS).unlink(missing_ok=True)  # of a time when they were asked for
        else:
            write_atomically(folder / ASSUMPTIONS, csv_of(rows(self.matters)))
        # From here, so that all folders may move together.
        plans = {name: os.path.relpath(result.folder, folder) for name, result in self.results.items()}
        manifest: dict[str, Any] = {"replications": self.replications, "plans": plans}
        if self.matters is not None:
            manifest |= {"assumptions": kept(self.matters)}
        write_atomically(folder / MANIFEST, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")
        return folder

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

    def to_csv(self) -> str:
        """All differences as CSV; the plans' results folders stand in the column ``results``."""
        of = ("base", "plan", "difference")
        ends = [f"{name}_{end}" for name in of for end in ("estimate", "low", "high")]
        rows = []
        for d in self.differences:
            numbers = [x for e in (d.base, d.value, d.difference) for x in (e.value, e.low, e.high)]
            where = str(self.results[d.plan].folder)
            rows.append([d.plan, d.kind, d.name, d.measure, *numbers, d.unit, d.definition, where])
        return csv_text(["plan", "kind", "name", "measure", *ends, "unit", "definition", "results"], rows)

    def to_json(self) -> str:
        """All differences and what matters most; an interval without an end has null there."""
        found, told = self.matters, [(code, language(code)) for code in CODES]
        said = sentences(found) if found else []
        content = {
            "base": self.base,
            "plans": {name: str(result.folder) for name, result in self.results.items()},
            "replications": self.replications,
            "seed": self.worlds.seed,
            "worlds": {code: [self.worlds.told(language(code))] for code in CODES},
            "interval": "95 %",
            "differences": [flat(vars(d)) for d in self.differences],
            "answer": {code: [*self.left_out(say), *(in_language(one, say) for one in said)] for code, say in told},
            "assumptions": [flat(row) for row in rows(found)] if found else [],
        }
        return json.dumps(content, indent=1, ensure_ascii=False, default=str) + "\n"


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


#: Measures whose differences a notebook shows.
_DIFFERENCES = ("never_reached", "abandoned", "blocked", "answered", "staffed")


def _html(found: Comparison, say: Language = ENGLISH) -> str:
    """What each plan changes."""
    rows = [[plan, *(signed(found.difference(plan, m).difference, say) for m in _DIFFERENCES)] for plan in found.plans]
    heads = [say("column.plan"), *(say(f"compare.{m}") for m in _DIFFERENCES)]
    mattering = sentences(found.matters) if found.matters else []
    below = " ".join([found.interval_told(say), *(in_language(one, say) for one in mattering)])
    return titled(say("compare.differences", base=found.base), below, table_html(heads, rows))
