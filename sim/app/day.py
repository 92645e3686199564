"""One simulated day to be played back: who waits where and which lines are taken, as a page that needs nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.app.controls import Plans, Refused
from sim.app.tiles import tiles_of
from sim.app.words import proper
from sim.engines import simulate
from sim.engines.draw import draw_world
from sim.language import Language
from sim.model.clock import DAY, SECOND
from sim.model.contacts import Contacts, Outcome
from sim.model.world import World
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario
from sim.statistics.timelines import duty_of

_REACHED = (Outcome.ANSWERED, Outcome.CALLED_BACK)
#: Letters that say where a caller comes from.
_LETTERS = 2


@dataclass(frozen=True)
class Played:
    """A scenario and what became of the callers of its first world."""

    scenario: Scenario
    world: World
    contacts: Contacts

    @classmethod
    def of(cls, scenario: Scenario) -> Played:
        """Drawn and simulated."""
        world = draw_world(scenario, seed=scenario.experiment.seed, replication=0)
        return cls(scenario, world, simulate(world, scenario.model.centre))

    @property
    def shown(self) -> list[str]:
        """Channels that are shown: those with opening hours."""
        return [name for name, channel in self.scenario.channels.items() if not channel.hours.value.always]

    @cached_property
    def split(self) -> list[str]:
        """Of these, channels with a queue in each province, or one that they share."""
        return [name for name in self.shown if self.scenario.channels[name].queue == "per province"]

    @cached_property
    def rows(self) -> dict[str, int]:
        """Where callers wait and lines stand, by number: provinces, other channels, other line groups."""
        provinces = list(self.scenario.provinces) if self.split else []
        others = [name for name in self.shown if name not in self.split]
        groups = [group.name for number, group in enumerate(self.scenario.model.centre.groups) if self._serves(number)]
        names = dict.fromkeys([*provinces, *others, *groups])
        return {name: number for number, name in enumerate(names)}

    def _serves(self, group: int) -> bool:
        queues = {queue for name in self.shown for queue in queues_of(self.scenario)[name]}
        return any(
            group in [route.group for route in queue.routes]
            for queue in self.scenario.model.centre.queues
            if queue.name in queues
        )

    def home(self, channel: str, province: str) -> int | None:
        """The row in which such a caller waits; None where it is not shown."""
        return self.rows.get(province if channel in self.split else channel if channel in self.shown else "")


def busiest(played: Played) -> int:
    """The day of the period on which most contacts came while open; Refused where nobody ever called."""
    when = played.scenario.model.calendar.clock.day(played.contacts.dialled[played.contacts.outcome != Outcome.CLOSED])
    counts = np.bincount(when[when < played.scenario.model.calendar.days], minlength=1)
    if not counts.any():
        raise Refused("app.play_nothing")
    return int(counts.argmax())


def played_day(plans: Plans, say: Language) -> dict[str, Any]:
    """The same day with today's lines and with the plan's: rows, lines on duty and contacts, in s of the day."""
    scenarios: Mapping[str, Scenario] = {say("app.column_today"): plans.today}
    if plans.differ:
        scenarios = {say("app.column_plan"): plans.plan, **scenarios}
    runs = {name: Played.of(scenario) for name, scenario in scenarios.items()}
    day = busiest(next(iter(runs.values())))
    date = plans.today.model.calendar.date(day)
    shown = [_shown(name, played, day, say) for name, played in runs.items()]
    edges = [edge for plan in shown for line in plan["lines"] for span in line["duty"] for edge in span]
    opens, shuts = min(edges, default=9 * 3600), max(edges, default=17 * 3600)
    first = max(0, opens // 3600 * 3600 - 1800)
    return {
        "date": f"{say.weekday(date)} {say.date(date)}",
        "from": first,
        "until": min(24 * 3600, (shuts // 3600 + 1) * 3600 + 1800),
        "plans": shown,
    }


def _shown(name: str, played: Played, day: int, say: Language) -> dict[str, Any]:
    return {
        "name": name,
        "rows": [proper(row, say) for row in played.rows],
        "tiles": list(_tiles(played)),
        "lines": list(_lines(played, day)),
        "contacts": list(_contacts(played, day)),
    }


def _tiles(played: Played) -> Iterator[dict[str, Any]]:
    """Provinces as tiles of a sketch: their row, and the line, column and width of the tile, or within which it is."""
    if not played.split:
        return
    tiles = tiles_of(played.scenario.provinces)
    for name, tile in tiles.items():
        inside = next((played.rows[other] for other in tiles if other == tile.inside), -1)
        yield {"row": played.rows[name], "place": [tile.row, tile.column, tile.wide], "inside": inside}


def _lines(played: Played, day: int) -> Iterator[dict[str, Any]]:
    """Every place at a line: its row, its group and number, and when it is on duty."""
    clock, begins = played.scenario.model.calendar.clock, day * DAY
    for group in played.scenario.model.centre.groups:
        if group.name not in played.rows:
            continue
        duty = duty_of(played.world.absence, played.world.groups, group)
        for line in range(len(group.shifts)):
            shown = [(clock.at(a) - begins, clock.at(b) - begins) for k, a, b, _ in duty.tolist() if k == line]
            spans = [(max(a, 0) // SECOND, min(b, DAY) // SECOND) for a, b in shown if a < DAY and b > 0]
            places = max(group.at_once, 1)
            for _ in range(places):
                yield {"row": played.rows[group.name], "group": group.name, "line": line, "duty": spans}


def _contacts(played: Played, day: int) -> Iterator[list[Any]]:
    """Row, when dialled, taken and released, outcome, place at a line (-1 for none), letters of the home."""
    scenario, table = played.scenario, played.contacts
    channel_of = {queue.name: list(scenario.channels)[queue.channel] for queue in scenario.model.centre.queues}
    queues = [queue.name for queue in scenario.model.centre.queues]
    places = _places(played)
    begins = day * DAY
    shown = [
        scenario.model.calendar.clock.at(times) - begins for times in (table.dialled, table.left_queue, table.released)
    ]
    here = (shown[0] < DAY) & (shown[2] >= 0) & (table.outcome != Outcome.CLOSED)
    for i in np.flatnonzero(here).tolist():
        channel = channel_of[queues[int(table.queue[i])]]
        province = scenario.provinces[int(played.world.province[int(table.caller[i])])]
        row = played.home(channel, province)
        if row is None:
            continue
        times = [int(column[i]) // SECOND for column in shown]
        reached = int(table.outcome[i]) in _REACHED
        yield [row, *times, 1 if reached else 0, int(places[i]), province[:_LETTERS].title()]


def _places(played: Played) -> NDArray[np.int64]:
    """The number of the place in ``_lines`` that each contact takes, -1 where no line took it."""
    table, first, at = played.contacts, {}, 0
    for number, group in enumerate(played.scenario.model.centre.groups):
        if group.name in played.rows:
            first[number] = at
            at += len(group.shifts) * max(group.at_once, 1)
    taken: dict[tuple[int, int], list[int]] = {}
    found = np.full(len(table), -1, dtype=np.int64)
    for i in np.lexsort((table.caller, table.left_queue)).tolist():
        number, line = int(table.group[i]), int(table.line[i])
        if number not in first or table.released[i] <= table.left_queue[i]:
            continue
        at_once = max(played.scenario.model.centre.groups[number].at_once, 1)
        ends = taken.setdefault((number, line), [0] * at_once)
        lane = min(range(at_once), key=lambda k: (ends[k] > int(table.left_queue[i]), k))
        ends[lane] = int(table.released[i])
        found[i] = first[number] + line * at_once + lane
    return found


def page(plans: Plans, say: Language) -> str:
    """The whole page."""
    data = played_day(plans, say)
    words = {key.removeprefix("app.play_"): text for key, text in say.words.items() if key.startswith("app.play_")}
    title = say("app.play_heading", title=plans.today.titled(say.code), date=data["date"])
    static = files("sim.app").joinpath("static")
    template = static.joinpath("day.html").read_text(encoding="utf-8")
    texts = {
        "LANG": say.code,
        "TITLE": escape(title),
        "DATA": _script({"day": data, "words": words}),
        "SCRIPT": static.joinpath("day.js").read_text(encoding="utf-8"),
    }
    return re.sub(r"__([A-Z]+)__", lambda found: texts[found[1]], template)


def _script(data: object) -> str:
    """JSON that cannot end the script it stands in."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
