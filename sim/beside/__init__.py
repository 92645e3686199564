"""Theory beside simulation: what a formula says of each queue of a run, and which assumptions the queue breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, nan
from typing import TYPE_CHECKING

from sim.beside import formulas, transient
from sim.beside.averages import Averages
from sim.beside.premises import Premises, premises_of
from sim.beside.profile import Profile, profile_of
from sim.beside.simulated import Run, Simulated
from sim.results.tables import csv_text
from sim.statistics.estimates import Estimate
from sim.theory.varying import Work

if TYPE_CHECKING:
    from sim.model.centre import Centre

#: What is set beside each other, with its unit.
MEASURES = {
    "loss": "%",
    "abandonment": "%",
    "blocked_share": "%",
    "waited_share": "%",
    "asa": "s",
    "occupancy": "%",
}


@dataclass(frozen=True)
class Beside:
    """One measure of a queue as simulated and in theory.

    ``theory`` is nan where no formula fits, and ``why_not`` says why; ``breaks`` are the assumptions of ``model``
    that the queue does not meet, () where the value is exact. ``loss``, ``abandonment`` and ``blocked_share`` are in
    percent of the offered, ``waited_share`` in percent of those who got a line or a waiting place.
    """

    queue: str
    measure: str
    unit: str
    simulated: Estimate
    theory: float
    model: str
    source: str
    breaks: tuple[str, ...]
    why_not: str

    @property
    def exact(self) -> bool:
        """Whether the theory holds for this queue as it is."""
        return isfinite(self.theory) and not self.breaks

    @property
    def short(self) -> str:
        """The model's name where there is little room."""
        before, _, inside = self.model.partition(" (")
        return inside.rstrip(")") if inside.startswith("Erlang") else before

    def row(self) -> dict[str, object]:
        """As it is written to files; what is not known is None."""
        found = self.simulated
        numbers = {"simulated": found.value, "low": found.low, "high": found.high, "theory": self.theory}
        return {
            "queue": self.queue,
            "measure": self.measure,
            "unit": self.unit,
            **{name: value if isfinite(value) else None for name, value in numbers.items()},
            "model": self.model,
            "exact": self.exact,
            "breaks": list(self.breaks),
            "why_not": self.why_not,
            "source": self.source,
        }


def beside(result: Run) -> list[Beside]:
    """Every measure of every queue that was called, in the order of the queues."""
    scenario, simulated = result.scenario, Simulated(result)
    rates = scenario.model.rates
    queues = [number for number in range(len(scenario.model.centre.queues)) if simulated.offered(number)]
    known = [
        premises_of(scenario, number, follow_ups=simulated.follow_ups(number), sent_away=simulated.sent_away(number))
        for number in queues
    ]
    fitting = {
        premises.number: (premises, profile_of(rates, scenario.model.centre, premises, simulated))
        for premises in known
        if not premises.why_not
    }
    found = _averages(fitting, scenario.model.centre)
    rows = [_rows(simulated, premises, found.get(premises.number, premises.why_not)) for premises in known]
    return [row for some in rows for row in some]


def _averages(queues: dict[int, tuple[Premises, Profile]], centre: Centre) -> dict[int, Averages | str]:
    """What theory says of each queue, or why it says nothing.

    The steady state where it is reached, the Markov chain of the queue's own days where it is not and the chain can be
    computed, else the steady state with what it leaves out.
    """
    found, work = dict[int, Averages | str](), Work(transient.BUDGET)
    chains = [
        number
        for number, (premises, profile) in queues.items()
        if transient.solvable(premises)
        and (profile.breaks or formulas.overload(premises, profile) or not formulas.relaxed(premises, profile))
    ]
    for left, number in zip(range(len(chains), 0, -1), chains, strict=True):
        allowed = Work(work.left / left)
        work.left -= allowed.left
        found[number] = transient.solve(*queues[number], centre, allowed)
        work.left += max(0.0, allowed.left)
    others = {number: queue for number, queue in queues.items() if not isinstance(found.get(number), Averages)}
    for number, values in zip(others, formulas.averages(list(others.values())), strict=True):
        found[number] = values
    return found


def _rows(simulated: Simulated, premises: Premises, found: Averages | str) -> Iterator[Beside]:
    """The measures of one queue; ``found`` is a sentence where there is no value."""
    for measure in _measures(premises):
        seen = simulated.estimate(premises, measure)
        if isinstance(found, str):
            yield Beside(premises.name, measure, MEASURES[measure], seen, nan, "", "", (), found)
        else:
            theory = found.of(measure)
            row = (found.model, found.source, found.breaks, "")
            yield Beside(premises.name, measure, MEASURES[measure], seen, theory, *row)


def _measures(premises: Premises) -> Iterator[str]:
    """Those that can be other than 0 in this queue."""
    if premises.gives_up or premises.places is not None or premises.sent_away:
        yield "loss"
    if premises.gives_up:
        yield "abandonment"
    if premises.places is not None:
        yield "blocked_share"
    if premises.places != 0:
        yield from ("waited_share", "asa")
    if not premises.shared:
        yield "occupancy"


def to_csv(rows: list[Beside]) -> str:
    """The table ``theory.csv``."""
    names = ["queue", "measure", "unit", "simulated", "low", "high", "theory", "model", "exact", "breaks", "why_not"]
    names.append("source")
    written = [found.row() | {"breaks": "; ".join(found.breaks)} for found in rows]
    return csv_text(names, ([row[name] for name in names] for row in written))
