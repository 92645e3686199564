"""Sums of products of what is estimated, each different product once, while replications are added up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.statistics.estimates import Moments, Pairs

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
#: So many replications are summed up first, whatever block they are drawn in: sums are the same to the last digit.
CHUNK = 25
#: A quantity: a weighted sum of columns, as (column, weight) in order.
_Sum = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Products:
    """Totals (cells, columns) and sums of products (P, cells) over the replications that were added so far.

    Sums of products of the chunk under way are ``late``, with how many replications it has (1,); they are not in the
    others yet.
    Quantities are the columns, and after them weighted sums of columns: ``which`` has the columns and weights of the
    latter, where each begins, and the two quantities of every product. ``places`` (3, D) are those of yy, xy and xx of
    each pair, -1 for none.
    """

    pairs: Pairs
    total: Whole
    sums: Floats
    late: tuple[Floats, Whole]
    which: tuple[Whole, Whole, Whole, Whole]
    places: Whole

    @classmethod
    def of(cls, pairs: Pairs, cells: int) -> Products:
        """Nothing added yet."""
        composed: dict[_Sum, int] = {}

        def quantity(weights: Whole) -> int:
            terms = tuple((int(column), int(weights[column])) for column in np.flatnonzero(weights))
            if len(terms) == 1 and terms[0][1] == 1:
                return terms[0][0]
            return len(pairs.columns) + composed.setdefault(terms, len(composed))

        products: dict[tuple[int, int], int] = {}

        def product(one: int, other: int) -> int:
            return products.setdefault((min(one, other), max(one, other)), len(products))

        places = np.full((3, len(pairs.pairs)), -1, dtype=np.int64)
        for number, (over, under) in enumerate(zip(pairs.over, pairs.under, strict=True)):
            y = quantity(over)
            places[0, number] = product(y, y)
            if under.any():
                x = quantity(under)
                places[1:, number] = product(x, y), product(x, x)
        terms = np.array([term for terms in composed for term in terms], dtype=np.int64).reshape(-1, 2)
        first = np.cumsum([0, *map(len, composed)], dtype=np.int64)
        two = np.array(list(products), dtype=np.int64).reshape(-1, 2)
        which = (np.ascontiguousarray(terms[:, 0]), np.ascontiguousarray(terms[:, 1]), first, two)
        return cls(pairs, *_empty(len(pairs.columns), len(two), cells), which, places)

    @classmethod
    def none(cls, columns: int, cells: int = 0) -> Products:
        """Totals of columns without any product."""
        nothing = np.zeros(0, dtype=np.int64)
        which = (nothing, nothing, np.zeros(1, dtype=np.int64), np.zeros((0, 2), dtype=np.int64))
        return cls(Pairs((), ()), *_empty(columns, 0, cells), which, nothing.reshape(3, 0))

    def again(self) -> Products:
        """The same without what was added."""
        cells, columns = self.total.shape
        return Products(self.pairs, *_empty(columns, len(self.sums), cells), self.which, self.places)

    def moments(self, replications: int) -> Moments:
        """All sums, each pair's own. Sums of numerators and denominators are whole numbers and follow from totals."""
        total, products = self.total.copy(), self.sums + self.late[0]
        sums = np.zeros((5, len(self.pairs.pairs), len(total)))
        for part, weights in zip(sums[:2], (self.pairs.over, self.pairs.under), strict=True):
            for pair, column in zip(*np.nonzero(weights), strict=True):
                part[pair] += total[:, column] * weights[pair, column]
        for part, places in zip(sums[2:], self.places, strict=True):
            there = places >= 0
            part[there] = products[places[there]]
        return Moments(self.pairs, replications, total, sums.transpose(0, 2, 1))


def _empty(columns: int, products: int, cells: int) -> tuple[Whole, Floats, tuple[Floats, Whole]]:
    """Totals and sums of nothing, with those of a chunk under way."""
    sums = np.zeros((products, cells))
    return np.zeros((cells, columns), dtype=np.int64), sums, (np.zeros_like(sums), np.zeros(1, dtype=np.int64))
