"""Random scenarios with most of what a scenario can say, for the auditor and to compare engines on."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar

import numpy as np

from sim.engines.streams import days_of
from sim.model.clock import SECOND
from sim.model.world import World
from sim.scenario.load import loads
from sim.scenario.scenario import Scenario
from sim.verification.system import NEVER, Tree, exponential, with_cv

T = TypeVar("T")

#: Times of a coarse world are multiples of this, so that many things happen in one instant.
COARSE = 30 * SECOND
_CHOICES = 200


class _Choices:
    """Choices that follow from a seed and a number."""

    def __init__(self, seed: int, number: int) -> None:
        drawn = days_of(seed, ("verify", "scenario", str(number)), np.zeros(1, dtype=np.int64), _CHOICES)
        self.numbers: Iterator[int] = iter(drawn.words()[:, 0, 0].tolist())

    def of(self, *options: T) -> T:
        """One of the options."""
        return options[next(self.numbers) % len(options)]

    def share(self, *percent: int) -> str:
        """One of these percentages."""
        return f"{self.of(*percent)} %"


def random_scenario(seed: int, number: int) -> Scenario:
    """A scenario of two days with three channels and three provinces, at times by night or where clocks change."""
    choose = _Choices(seed, number)
    channels = _channels(choose)
    outside = {} if channels["phone"]["hours"] == "always" else {"phone": choose.share(0, 20)}
    tree: Tree = {
        "name": f"random-{number}",
        "period": _period(choose),
        "calendar": {"working_days": "daily", "holidays": "none"},
        "channels": channels,
        "lines": _lines(choose, pause="1:00-1:30" if channels["phone"]["hours"] == _NIGHTS else "11:00-11:30"),
        "routing": {"phone": ["own", {"to": "others", "after": choose.of("0 s", "30 s", "60 s")}]},
        "priorities": choose.of([], [{"channel": "chat"}], [{"province": "west"}, {"channel": "phone"}]),
        "demand": {
            "contacts": choose.of(60, 110, 160),
            "per": "working day",
            "by_channel": {"phone": "60 %", "chat": "25 %", "e-mail": "15 %"},
            "by_province": {"east": 3, "north": 2, "west": 1},
            "outside_hours": outside,
            "busyness": 0.2,
        },
        "callers": _callers(choose),
        "attempts": choose.of(1, 3, 5),
        "handling": {
            "phone": {
                "conversation": with_cv("lognormal", choose.of("10 min", "25 min"), 0.9),
                "wrap_up": exponential("3 min"),
                "elsewhere": choose.of("0 %", "+10 %", "+35 %"),
            },
            "chat": {"conversation": with_cv("gamma", "20 min", 0.7)},
            "e-mail": {"conversation": {"distribution": "uniform", "least": "5 min", "most": "40 min"}},
        },
    }
    return loads(json.dumps(tree))


_NIGHTS = "mon-sun 20:00-4:00"


def _period(choose: _Choices) -> Tree:
    """Two days: ordinary ones, with 23 hours first or 25 last, or with 25 after them."""
    first = choose.of(dt.date(2021, 3, 1), dt.date(2021, 3, 28), dt.date(2021, 10, 30), dt.date(2021, 10, 29))
    return {"first": str(first), "last": str(first + dt.timedelta(days=1)), "follow_up": "2 days"}


def _channels(choose: _Choices) -> Tree:
    hours = choose.of("mon-sun 9:00-17:00", "mon-sun 9:00-12:00 13:00-18:00", "always", _NIGHTS)
    phone: Tree = {
        "hours": hours,
        "queue": "per province",
        "waiting_places": choose.of("unlimited", 0, 1, 3),
        "closing": choose.of("serve", "send away"),
        "announce_wait": choose.of(True, False),
        "voicemail": choose.share(0, 40),
    }
    if choose.of(True, False):
        phone["call_back"] = {"accepted": "40 %", "from_waiting": choose.of(0, 1)}
    return {
        "phone": phone,
        "chat": {
            "hours": "mon-sun 10:00-20:00",
            "waiting_places": choose.of(0, 2, "unlimited"),
            "closing": "send away",
        },
        "e-mail": {"hours": "always", "staffed": "mon-sun 9:00-17:00", "interruptible": choose.of(True, False)},
    }


def _lines(choose: _Choices, *, pause: str) -> Tree:
    speeds = choose.of(["100 %"], ["100 %", "70 %"], ["100 %", "80 %", "60 %"])
    return {
        "east": {
            "count": choose.of(1, 2),
            "absence": choose.share(0, 30),
            "takes": choose.of("own first", "longest wait"),
        },
        "north": {"count": 1, "breaks": choose.of([], [f"mon-sun {pause}"])},
        "west": {"count": 1, "serves": choose.of(["phone/west"], ["phone/west", "e-mail"])},
        "chat": {"count": 1, "at_once": len(speeds), "speeds": speeds},
        "e-mail": {"count": 1},
    }


def _callers(choose: _Choices) -> Tree:
    patience = choose.of(exponential("5 min"), with_cv("lognormal", "6 min", 1.2), NEVER)
    phone: Tree = {
        "patience": {"distribution": "mixture", "at_once": "10 %", "rest": patience},
        "balk": choose.of([], ["0 %", "10 %", "40 %"]),
        "balk_at_wait": {"5 min": "20 %", "15 min": "60 %"},
        "redial": {"abandoned": "50 %", "blocked": "60 %", "balked": "30 %", "closed": "40 %"},
        "redial_delay": exponential(choose.of("5 min", "30 min")),
        "calls_again": {"share": choose.share(0, 15), "delay": exponential("2 h")},
    }
    chat: Tree = {
        "patience": exponential("4 min"),
        "redial": {"blocked": "50 %", "abandoned": "50 %"},
        "redial_delay": exponential("15 min"),
        "switch": {"to": choose.of("e-mail", "phone"), "blocked": "50 %"},
        "forwarded": {"to": "phone", "share": choose.share(0, 20)},
        "silent": {"share": choose.share(0, 60), "holds": exponential("2 min")},
    }
    return {"phone": phone, "chat": chat, "e-mail": {"patience": NEVER}}


#: Times of a world, each with the least that it may be.
_TIMES = {
    "arrival": 0,
    "conversation": 1,
    "wrap_up": 0,
    "patience": 0,
    "redial_delay": 0,
    "silence": 1,
    "again_delay": 0,
}


def coarse(world: World, grain: int = COARSE) -> World:
    """The same callers with all times rounded down to multiples of ``grain``."""
    rounded = {name: np.maximum(getattr(world, name) // grain, least) * grain for name, least in _TIMES.items()}
    return replace(world, **rounded)
