"""Random cases on calendars of their own, and whether the kernel counts their contacts as the readable path does."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import numpy as np

from sim import kernel
from sim.model.centre import Centre
from sim.model.clock import DAY, HOUR, MINUTE, Calendar
from sim.model.contacts import ContactTables
from sim.model.targets import ServiceTargets
from sim.model.world import World, Worlds
from sim.statistics import measures
from sim.statistics.cells import layout_of
from sim.statistics.contact_values import wait_codes
from sim.statistics.estimates import Moments
from sim.statistics.products import Products
from sim.statistics.summary import PAIRS
from tests.random_cases import random_case

#: Days with 23 and 25 hours.
CHANGES = (dt.date(2020, 3, 29), dt.date(2020, 10, 25))


@dataclass(frozen=True)
class Case:
    """A random world and centre, and the calendar and promises by which its contacts are counted."""

    world: World
    centre: Centre
    calendar: Calendar
    promises: ServiceTargets

    @classmethod
    def of(cls, seed: int) -> Case:
        """Days of 24 hours, or the first one with 23 or 25, and mostly a night that ends on the day after the last.

        Odd seeds have lines apart.
        """
        world, centre = random_case(seed, apart=seed % 2 == 1)
        days, channels = centre.end // DAY + 1, len(centre.channels)
        zone, start = [("", dt.date(2020, 2, 10)), *(("Europe/Brussels", day) for day in CHANGES)][seed // 2 % 3]
        calendar = Calendar(start, days, (True, False, True) * (days + 1), zone)
        end = calendar.end + 5 * HOUR * (seed % 3)
        centre = replace(centre, end=end, horizon=end + centre.horizon - centre.end, clock=calendar.clock)
        within = tuple(5 * (seed + number) % 20 for number in range(channels))
        promises = ServiceTargets(seed % 7, within, tuple((seed + number) % 3 - 1 for number in range(channels)))
        return cls(world, centre, calendar, promises)


def count_differences(
    worlds: Worlds, centre: Centre, tables: ContactTables, calendar: Calendar, promises: ServiceTargets
) -> list[str]:
    """In which of cells, whole periods, waits and sums of products the kernel differs from the readable path."""
    interval = (0, 15, 30, 60)[len(tables.rows) % 4] * MINUTE
    readable = measures.measure(worlds, centre, tables, calendar=calendar, promises=promises, interval=interval)
    layout = layout_of(worlds.callers.names, centre, interval=interval, weekday=calendar.first.weekday())
    counter = kernel.Counter(layout, centre, calendar, promises)
    products = Products.of(PAIRS, counter.layout.size())
    found = counter.count(worlds, tables, products=products, every=True)
    sums, same = Moments.of(PAIRS, readable.cells), products.moments(len(worlds))
    pairs = {
        "cells": (readable.cells, found.cells),
        "periods": (readable.cells[:, counter.layout.periods()], found.values),
        "waits": (wait_codes(readable.waits, measures.channel_of(centre), len(centre.provinces)), found.codes),
        "totals": (sums.total, same.total),
        "sums": (sums.sums, same.sums),
    }
    whole = kernel.Counter(replace(layout, whole=True, interval=0), centre, calendar, promises)
    pairs["whole"] = (readable.cells[:, layout.periods()], whole.count(worlds, tables).values)
    return [name for name, (one, other) in pairs.items() if not np.array_equal(one, other)]
