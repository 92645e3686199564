"""How a study plays its trials: with which engine and how many workers, and where it tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Event

from sim.scenario.scenario import Scenario
from sim.studies.engine import AUTO, chosen
from sim.studies.trial import KINDS, Stopped, Trial, try_plans


def silent(_: str) -> None:
    """Says nothing."""


@dataclass(frozen=True)
class Means:
    """Nothing of it affects an answer: engines give the same rows, and worlds do not depend on workers."""

    seed: int
    engine: str = AUTO
    workers: int | None = None
    say: Callable[[str], None] = silent
    stop: Event | None = None

    @classmethod
    def of(
        cls,
        *,
        seed: int,
        workers: int | None,
        say: Callable[[str], None] | None,
        stop: Event | None = None,
    ) -> Means:
        """The engine that is there, for all trials."""
        return cls(seed, chosen(AUTO), workers, say or silent, stop)

    @property
    def compiled(self) -> bool:
        """Whether the kernel plays."""
        return chosen(self.engine) == "compiled"

    def go_on(self) -> None:
        """Stopped where nobody waits for the answer any more."""
        if self.stop is not None and self.stop.is_set():
            raise Stopped("stopped before there was an answer")

    def play(
        self, plans: Mapping[str, Scenario], replications: int, *, first: int = 0, kinds: Sequence[str] = KINDS
    ) -> Trial:
        """These plans on the worlds ``first``, ``first + 1``, ..."""
        return try_plans(
            plans,
            replications=replications,
            seed=self.seed,
            first=first,
            kinds=kinds,
            engine=self.engine,
            workers=self.workers,
            stop=self.stop,
        )
