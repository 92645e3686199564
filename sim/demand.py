"""How many first contacts are expected when: demand as people state it, solved for rates that add up to it.

The rate of a channel is ``base(t) * (1 + surges(t))``, with ``base`` constant between the edges of hours and
opening times. Every expected count is an exact integral, so what was stated comes out again to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.centre import Spans
from sim.clock import DAY, HOUR, Calendar
from sim.scenario.campaigns import Campaign
from sim.scenario.marks import causes_of
from sim.scenario.model import Scenario
from sim.scenario.shifts import open_spans
from sim.scenario.surges import Surge

Floats = NDArray[np.float64]


class Unreachable(ValueError):
    """Demand that is stated for hours that do not exist; ``path`` says where it is stated."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, eq=False)
class Rates:
    """Expected first contacts by cause, channel, province and time; cause 0 is the base demand.

    ``edges`` (m+1,) ms, hours and opening times; ``open`` (C, m) truth values; ``mass`` (causes, C, m) expected
    contacts of all provinces together within each segment; ``weight`` (causes, P) each province's share of it;
    ``surges`` one per campaign: the shape of its rate, relative to the base rate, up to a factor.
    """

    calendar: Calendar
    channels: tuple[str, ...]
    provinces: tuple[str, ...]
    causes: tuple[str, ...]
    edges: NDArray[np.int64]
    open: NDArray[np.bool_]
    mass: Floats
    weight: Floats
    surges: tuple[Surge, ...]

    @property
    def day(self) -> NDArray[np.int64]:
        """Day of each segment, shape (m,)."""
        return self.edges[:-1] // DAY

    def expected(self, *, while_open: bool) -> Floats:
        """Expected first contacts of the period, shape (causes, C, P)."""
        inside = np.where(self.open == while_open, self.mass, 0.0).sum(axis=2)
        expected: Floats = inside[:, :, None] * self.weight[:, None, :]
        return expected

    def by_day(self, *, while_open: bool) -> Floats:
        """Expected first contacts of each day, shape (causes, C, P, days)."""
        chosen = np.where(self.open == while_open, self.mass, 0.0)
        days = np.add.reduceat(chosen, np.searchsorted(self.day, np.arange(self.calendar.days)), axis=2)
        return days[:, :, None, :] * self.weight[:, None, :, None]


def rates_of(scenario: Scenario) -> Rates:
    """Rates under which the expected counts equal what the scenario states; Unreachable where none can."""
    return scenario.rates


def solved(scenario: Scenario) -> Rates:
    """The same, worked out."""
    calendar = scenario.days
    surges = [campaign.surge_from(calendar.instant) for campaign in scenario.campaigns]
    edges = _edges(scenario, surges)
    when_counted = _inside(_counted_spans(scenario), edges)
    base = _base(scenario, edges, when_counted)
    share = scenario.demand.by_province.value
    province = np.array([share.fraction(name) for name in scenario.provinces])
    masses, weights = [base], [province]
    for number, (campaign, surge) in enumerate(zip(scenario.campaigns, surges, strict=True)):
        chosen = np.where(_chosen(scenario.provinces, campaign.provinces), province, 0.0)
        reached = np.where(_chosen(tuple(scenario.channels), campaign.channels)[:, None], base, 0.0)
        grown = reached * _mean_surge(surge, edges)
        if campaign.peak is not None:
            factors = np.full(len(grown), (campaign.peak.value - 1) / _highest(surge, edges))
        else:
            counted = when_counted & _counted(campaign, edges[:-1] // DAY, calendar)
            factors = _factors(campaign, number, reached, grown, counted, chosen.sum())
        masses.append(grown * factors[:, None])
        weights.append(chosen)
    return Rates(
        calendar=calendar,
        channels=tuple(scenario.channels),
        provinces=scenario.provinces,
        causes=causes_of(scenario),
        edges=edges,
        open=_inside([channel.open for channel in scenario.centre.channels], edges),
        mass=np.stack(masses),
        weight=np.stack(weights),
        surges=tuple(surges),
    )


def _edges(scenario: Scenario, surges: list[Surge]) -> NDArray[np.int64]:
    end = scenario.days.end
    hours = [*(channel.open for channel in scenario.centre.channels), *_counted_spans(scenario)]
    opening = [edge for spans in hours for span in spans for edge in span]
    corners = [corner for surge in surges for corner in surge.corners()]
    every = {*range(0, end + 1, HOUR), *opening, *corners}
    return np.array(sorted(edge for edge in every if 0 <= edge <= end), dtype=np.int64)


def _counted_spans(scenario: Scenario) -> list[Spans]:
    """Opening hours by channel in which the stated contacts were counted."""
    counted = scenario.demand.counted_hours
    return [
        open_spans(counted[channel.name].value, scenario.days) if channel.name in counted else channel.open
        for channel in scenario.centre.channels
    ]


def _inside(hours: list[Spans], edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which segments between edges lie in the spans of each channel, shape (C, m)."""
    inside = np.zeros((len(hours), len(edges) - 1), dtype=bool)
    for row, spans in zip(inside, hours, strict=True):
        for opens, closes in spans:
            row |= (edges[:-1] >= opens) & (edges[1:] <= closes)
    return inside


def _base(scenario: Scenario, edges: NDArray[np.int64], is_open: NDArray[np.bool_]) -> Floats:
    """Expected first contacts of the base demand by channel and segment, shape (C, m)."""
    demand, calendar = scenario.demand, scenario.days
    weekday = np.array(demand.weekdays.weights())[(calendar.first.weekday() + edges[:-1] // DAY) % 7]
    hour = np.array(demand.hours.value.weights)[edges[:-1] % DAY // HOUR]
    shape = weekday * hour * np.diff(edges)
    total = demand.contacts.value * (1 + demand.change.value)
    if demand.per == "working day":
        total *= calendar.working_days
    result = np.zeros(is_open.shape)
    for row, name, inside in zip(result, scenario.channels, is_open, strict=True):
        contacts = total * demand.by_channel.value.fraction(name)
        row += _spread(shape * inside, contacts, f"demand.by_channel.{name}", f"{name} is never open")
        outside = demand.outside_hours.get(name)
        if outside is not None:
            path = f"demand.outside_hours.{name}"
            row += _spread(shape * ~inside, contacts * outside.value, path, f"{name} is never closed")
    return result


def _spread(shape: Floats, contacts: float, path: str, why: str) -> Floats:
    if contacts == 0:
        return np.zeros_like(shape)
    if shape.sum() == 0:
        raise Unreachable(path, f"{contacts:g} contacts have no moment to come: {why} while callers call")
    spread: Floats = shape * (contacts / shape.sum())
    return spread


def _chosen(names: tuple[str, ...], only: tuple[str, ...] | None) -> NDArray[np.bool_]:
    return np.array([only is None or name in only for name in names])


def _mean_surge(surge: Surge, edges: NDArray[np.int64]) -> Floats:
    return np.diff(surge.integral(edges.astype(float))) / np.diff(edges)


def _factors(
    campaign: Campaign,
    number: int,
    reached: Floats,
    grown: Floats,
    counted: NDArray[np.bool_],
    province_share: float,
) -> Floats:
    """Factor on the surge by channel, shape (C,), under which the campaign is as large as it says.

    Extra contacts come by the channels in the proportion of the base demand, as far as these are open during the
    surge. Sizes count who calls while somebody could answer, as the base demand does.
    """
    base = np.where(counted, reached, 0.0).sum(axis=1) * province_share
    possible = np.where(counted, grown, 0.0).sum(axis=1) * province_share
    if campaign.uplift is not None:
        wanted, key = campaign.uplift.value * float(base.sum()), "uplift"
    else:
        wanted, key = campaign.extra.value if campaign.extra is not None else 0.0, "extra"
    served = np.where(possible > 0, base, 0.0)
    if wanted > 0 and not served.any():
        message = f"{wanted:g} contacts have no moment to come: the surge misses every open hour of its channels"
        raise Unreachable(f"campaigns.{number}.{key}", message)
    parts = served / served.sum() if wanted > 0 else served
    factors: Floats = np.divide(wanted * parts, possible, out=np.zeros_like(possible), where=possible > 0)
    return factors


def _counted(campaign: Campaign, day: NDArray[np.int64], calendar: Calendar) -> NDArray[np.bool_]:
    """Segments over whose days the size of the campaign is stated."""
    first = (campaign.first - calendar.first).days if campaign.first else 0
    last = (campaign.last - calendar.first).days if campaign.last else calendar.days - 1
    return (day >= first) & (day <= last)


def _highest(surge: Surge, edges: NDArray[np.int64]) -> float:
    """Largest value of the surge within the period, by corners and every minute."""
    fine = [np.arange(a, b, 60_000) for a, b in pairwise(edges.tolist())]
    return float(surge.value(np.concatenate(fine).astype(float)).max())
