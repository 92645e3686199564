"""Where provinces lie on a sketch of tiles made for this page: rough directions, equal sizes, no borders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    """A place on a grid of eight columns: its row, its first column and how many it takes; ``inside`` another one."""

    row: int
    column: int
    wide: int
    inside: str = ""


#: From west to east, and what lies south of these; Brussels lies within Vlaams-Brabant.
FLANDERS = {
    "west-vlaanderen": Tile(1, 1, 2),
    "oost-vlaanderen": Tile(1, 3, 2),
    "antwerpen": Tile(1, 5, 2),
    "limburg": Tile(1, 7, 2),
    "vlaams-brabant": Tile(2, 3, 5),
    "brussel": Tile(2, 3, 2, inside="vlaams-brabant"),
}
_ALIASES = {"brussels": "brussel", "brussels-gewest": "brussel"}


def tiles_of(provinces: Sequence[str]) -> dict[str, Tile]:
    """The tile of each province; {} where one of them is not on the sketch, or where they are too few for one."""
    names = {name: _ALIASES.get(name, name) for name in provinces}
    if len(names) < 3 or not set(names.values()) <= FLANDERS.keys():
        return {}
    return {name: FLANDERS[known] for name, known in names.items()}
