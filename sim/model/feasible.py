"""What a scenario asks that cannot be: demand at hours that do not exist, callers who would wait for ever."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.model.centre import Centre
from sim.model.clock import Calendar
from sim.model.demand import NO_CALLERS, InfeasibleDemandError
from sim.scenario.campaigns import Campaign
from sim.scenario.distributions import Law, Mixture, Never
from sim.scenario.mistakes import Broken
from sim.scenario.sections import Callers, Sections
from sim.scenario.zones import odd_change

#: Turns of duty of all lines in a period.
_MOST_TURNS = 5_000_000


def too_much_duty(centre: Centre) -> Iterator[Broken]:
    """More turns of duty than an engine can hold in memory."""
    turns = {group.name: sum(map(len, group.shifts)) for group in centre.groups}
    if sum(turns.values()) > _MOST_TURNS:
        why = f"{sum(turns.values())} turns of duty (lines times days) are more than the {_MOST_TURNS} allowed"
        yield Broken(("lines",), f"{why}; write fewer lines or a shorter period")


def check_campaigns(scenario: Sections, calendar: Calendar, end: int) -> None:
    """InfeasibleDemandError for a campaign that brings no callers until ``end``, or has no base demand to bring."""
    no_callers = scenario.demand.contacts.value * (1 + scenario.demand.change.value) == 0
    for number, campaign in enumerate(scenario.campaigns):
        if _brings_none(campaign, calendar, end):
            raise InfeasibleDemandError(f"campaigns.{number}.surge", NO_CALLERS)
        if campaign.extra is not None and campaign.extra.value > 0 and no_callers:
            why = "needs a base demand above 0: a campaign's callers come in proportion to it"
            raise InfeasibleDemandError(f"campaigns.{number}.extra", why)


def check_clock(scenario: Sections, calendar: Calendar) -> None:
    """InfeasibleDemandError for clock changes that cannot be simulated, and for moments that the clock skips."""
    why = odd_change(calendar.zone, calendar.first, len(calendar.working))
    if why is not None:
        raise InfeasibleDemandError("period.zone", why)
    for number, campaign in enumerate(scenario.campaigns):
        for wave, surge in enumerate(campaign.surge):
            for place, start in enumerate(surge.at):
                try:
                    calendar.instant(start.value)
                except ValueError as error:
                    raise InfeasibleDemandError(f"campaigns.{number}.surge.{wave}.at.{place}", str(error)) from None


def _brings_none(campaign: Campaign, calendar: Calendar, end: int) -> bool:
    if campaign.by_day or campaign.peak is not None:
        return False
    surge = campaign.surge_from(calendar.instant)
    before, after = surge.integral(np.array([0.0, end]))
    return bool(after <= before)


def endless_waits(scenario: Sections, calendar: Calendar, centre: Centre) -> Iterator[Broken]:
    """Queues that never close, whose callers never give up, and for which no line is ever on duty."""
    for number, queue in enumerate(centre.queues):
        name, channel = list(scenario.channels)[queue.channel], centre.channels[queue.channel]
        patience = scenario.callers.get(name, Callers()).patience.law()
        sent_away = channel.open != ((0, calendar.horizon),)
        if not queue.places or sent_away or not _may_be_endless(patience):
            continue
        groups = [centre.groups[route.group] for route in queue.routes]
        if any(group.shifts for group in groups) or not _comes(scenario, centre, queue.channel, number):
            continue
        why = f"no line is ever on duty for the queue {queue.name}, yet its callers never give up: an endless wait"
        yield Broken(("lines", groups[0].name), why, key=True)


def _may_be_endless(law: Law) -> bool:
    if isinstance(law, Mixture):
        return any(share > 0 and _may_be_endless(part) for share, part in zip(law.shares, law.parts, strict=True))
    return isinstance(law, Never)


def _comes(scenario: Sections, centre: Centre, channel: int, queue: int) -> bool:
    """Whether anybody may come to a queue: first of all, by switching to its channel, or passed on to it."""
    demand = scenario.demand
    if demand.contacts.value * (1 + demand.change.value) == 0:
        return False
    names = list(scenario.channels)
    reached = {names.index(name) for name in names if demand.by_channel.value.fraction(name) > 0}
    for _ in names:
        for c in tuple(reached):
            habits = centre.habits[c]
            tried = zip(habits.redial, habits.switch, habits.switch_to, strict=True)
            reached |= {to for redial, switch, to in tried if redial and switch}
            reached |= {habits.forward_to} if habits.forward else set()
    share = demand.by_province.value.fraction
    here = [p for p, name in enumerate(scenario.provinces) if centre.queue_of[channel][p] == queue and share(name) > 0]
    return channel in reached and bool(here)
