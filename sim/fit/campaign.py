"""A campaign in a log: ordinary days from those before it (and after it), the surge on top of them."""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.fit.arrivals import Arrivals, arrivals_of, by_day
from sim.fit.log import Log
from sim.fit.surge import Campaign, Days, SurgeFit, fit_surge
from sim.scenario.holidays import BELGIUM


def with_campaign(
    log: Log, campaign: Campaign, *, country: str = BELGIUM, trend: bool = False
) -> tuple[Arrivals, SurgeFit]:
    """Who calls when without the campaign, and what the campaign brought.

    Weekdays, hours, trend and busyness are those of the days outside the campaign; the surge has the same hours. With
    ``trend``, growth and plateau are told apart by their shape alone, which takes a long time before the campaign.
    """
    first = min(campaign.starts).date()
    after = campaign.until.date() if campaign.until else log.start + dt.timedelta(days=log.days)
    days = np.arange(log.days)
    during = (days >= (first - log.start).days) & (days < (after - log.start).days)
    usual = arrivals_of(log, country=country, leave_out=during)
    counted = by_day(log, usual, country=country)
    return usual, fit_surge(Days(log.start, *counted, trend), campaign)
