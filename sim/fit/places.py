"""Queues of a log and what they are in a scenario: channels of their own, or one channel's provinces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sim.fit.columns import assigned, not_used
from sim.fit.log import Log
from sim.fit.roles import KNOWN, earliest, fits_of
from sim.fit.text import Table
from sim.fit.values import NOT_KNOWN
from sim.language.said import Digits, Name, Said

#: Where people live if the log does not say.
EVERYWHERE = "everywhere"
#: The province of those whose province is not known, in a channel that has one queue for each.
UNKNOWN_PROVINCE = "unknown"
#: Said in place of a column, it stands for none.
NONE = "none"
#: A channel has queues by province where so many of its contacts have one.
_MOSTLY = 0.5


@dataclass(frozen=True)
class Place:
    """A queue as the scenario has it; ``province`` is empty where the channel has one queue for all provinces."""

    channel: str
    province: str = ""

    @property
    def queue(self) -> str:
        """The queue's name in the scenario."""
        return f"{self.channel}/{self.province}" if self.province else self.channel


def places_of(log: Log) -> dict[str, Place]:
    """The place of each queue of a log: a province of its channel where the log has provinces, else a channel."""
    if log.by_province:
        return {queue: Place(*queue.split("/", 1)) for queue in log.queues}
    return {queue: Place(name) for queue, name in channel_names(log.queues).items()}


def channel_names(queues: Sequence[str]) -> dict[str, str]:
    """A channel's name for each queue: no slash, nothing empty, no two alike."""
    names: dict[str, str] = {}
    for queue in queues:
        plain = base = _plain(queue) or "queue"
        number = 2
        while plain in names.values():
            plain, number = f"{base} {number}", number + 1
        names[queue] = plain
    return names


def columns_of(table: Table, mapping: Mapping[str, str] | None) -> tuple[dict[str, int], tuple[Said, ...]]:
    """The columns of a tidy log: provinces make the queues, unless the user names the column of these alone."""
    stated = dict(mapping or {})
    without = stated.get("province") == NONE
    if without:
        del stated["province"]
    known = {what: names for what, names in KNOWN.items() if not (without and what == "province")}
    fits = fits_of(table)
    found, notes = assigned(table.source, table.header, stated, known, fits)
    if "arrival" in found and found.keys() & {"date", "time"} - stated.keys():
        known = {what: names for what, names in known.items() if what not in ("date", "time") or what in stated}
        found, notes = assigned(table.source, table.header, stated, known, fits)
    if "arrival" not in found and not {"date", "time"} <= set(found):
        first = earliest(table, found)
        if first is not None:
            found["arrival"] = first
            notes = (*notes, Said("reading.earliest", name=repr(table.header[first])))
    notes = (*notes, *not_used(table.header, list(found.values())))
    if {"province", "queue"} <= set(found):
        unused = "province" if "queue" in stated and "province" not in stated else "queue"
        name = table.header[found.pop(unused)]
        said = "reading.province_unused" if unused == "province" else "reading.queue_unused"
        notes = (*notes, Said(said, name=repr(name), option=name))
    return found, notes


def queues_of(texts: Mapping[str, Sequence[str]], channel: Sequence[str], notes: list[str]) -> list[str]:
    """The queue of each row: as the log names it, or ``channel/province``, or the channel where it has no provinces."""
    if "province" not in texts:
        pairs = zip(texts.get("queue", channel), channel, strict=True)
        return [other if name.lower() in NOT_KNOWN else name for name, other in pairs]
    provinces = ["" if text.lower() in NOT_KNOWN else _plain(text) for text in texts["province"]]
    channels = [_plain(name) for name in channel]
    split = set()
    for name in dict.fromkeys(channels):
        known = [bool(province) for province, other in zip(provinces, channels, strict=True) if other == name]
        if sum(known) > _MOSTLY * len(known):
            split.add(name)
            if not all(known):
                notes.append(Said("reading.no_province", rows=len(known) - sum(known), channel=Name(name)))
        else:
            notes.append(Said("reading.one_queue", channel=Name(name), share=Digits(100 * sum(known) / len(known))))
    return [
        f"{name}/{province or UNKNOWN_PROVINCE}" if name in split else name
        for name, province in zip(channels, provinces, strict=True)
    ]


def _plain(name: str) -> str:
    return re.sub(r"\s*/\s*", "-", name.strip())
