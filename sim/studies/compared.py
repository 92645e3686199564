"""Several plans met by the same callers: paired differences to the first of them, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.errors import NoMeasureError
from sim.model.impossible import Columns, impossible
from sim.results.result import Result
from sim.statistics.estimates import NOTHING, Estimate, Moments, Pairs
from sim.statistics.summary import DEFINITIONS, PAIRS
from sim.studies.matters import Matters
from sim.studies.paired import difference_of
from sim.studies.trial import Which
from sim.units import nearest

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
class Compared:
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

    @property
    def replications(self) -> int:
        """Worlds that every plan met."""
        return min(result.replications for result in self.results.values())

    @property
    def worlds(self) -> Which:
        """Which worlds these were."""
        return Which(self.replications, 0, self.results[self.base].seed)

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
