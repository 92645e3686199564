"""A finished run, read from its folder: summary, measures, contacts, quantiles of waits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import NoMeasureError
from sim.language import ENGLISH, Language
from sim.language.shown import plain, seconds
from sim.model.impossible import impossible
from sim.results.notebook import table_html, titled
from sim.results.store import Store, parts_of, write_atomically
from sim.results.tables import csv_text, moments_from
from sim.scenario.load import load
from sim.scenario.routing import queues_of
from sim.scenario.scenario import Scenario
from sim.statistics.cells import COLUMNS, Layout
from sim.statistics.contact_values import BIN, wait_of
from sim.statistics.controls import Controls, expected_of
from sim.statistics.estimates import Distribution, Estimate, Moments, Pairs, Weights
from sim.statistics.mixed import defined, is_mixed
from sim.statistics.summary import PAIRS, Row, rows_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.beside import Beside

_SHARES = (0.5, 0.9, 0.95)
_WAITS = {
    "answered": ("answered",),
    "abandoned": ("abandoned",),
    "all": ("answered", "abandoned"),
    "called_back": ("called_back",),
}
_WORDS = {"all": "answered and abandoned", "called_back": "called-back"}
#: Names of the quantiles of waits in the summary.
WAITS = tuple(f"wait_p{round(share * 100)}_{what}" for what in _WAITS for share in _SHARES)


@dataclass(frozen=True)
class Result:
    """The first ``replications`` of a results folder."""

    folder: Path
    replications: int

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        return load(self.folder / "scenario.yaml")

    @classmethod
    def of(cls, scenario: Scenario, folder: Path, replications: int) -> Result:
        """The result of a scenario that is at hand and need not be read from the folder."""
        result = cls(folder, replications)
        vars(result)["scenario"] = scenario
        return result

    @cached_property
    def store(self) -> Store:
        """The folder's tables."""
        return Store(self.folder)

    @cached_property
    def layout(self) -> Layout:
        """The cells of the measures."""
        return Layout.of(self.scenario.model)

    @cached_property
    def moments(self) -> Moments:
        """Sums of all measures, and of what their intervals need, part after part."""
        total = Moments.nothing(PAIRS, self.layout.size())
        for first, last in parts_of(self.replications):
            table = self.store.part_columns("moments", (first, last))
            total = total + moments_from(table, PAIRS, last - first + 1)
        return total

    def hash(self) -> str:
        """SHA-256 over all values: measures, moments, waits and the contacts that are kept.

        The same scenario, seed and replications with the same contacts kept give the same hash, whichever engine and
        workers made them, and however often the run was interrupted.
        """
        return self.store.hash(self.replications)

    def values(self, *, kind: str = "all", name: str = "all", columns: Sequence[str] = COLUMNS) -> NDArray[np.int64]:
        """Counts and sums of the period by replication, shape (replications, columns)."""
        picked = ", ".join(f'"{column}"' for column in columns)
        query = f"SELECT replication, {picked} FROM {{table}} WHERE kind = ? AND name = ?"
        rows = self.store.read("measures", self.replications, query, [kind, name])
        values = np.zeros((self.replications, len(columns)), dtype=np.int64)
        for number, column in enumerate(columns):
            values[rows["replication"], number] = rows[column]
        return values

    def ratio(
        self, over: Weights, under: Weights, *, kind: str = "all", name: str = "all", level: float = 0.95
    ) -> Estimate:
        """Any sum of columns over any other, in the period."""
        # Of all columns of a long run there are more than fit comfortably.
        columns = tuple(column for column in COLUMNS if column in {*over, *under})
        pairs = Pairs(columns, ((over, under),))
        return Moments.of(pairs, self.values(kind=kind, name=name, columns=columns)[:, None, :]).ratio(
            0, over, under, level=level
        )

    @cached_property
    def theory(self) -> list[Beside]:
        """Theory beside simulation, queue by queue."""
        from sim.beside import beside  # its theory takes as long to load as everything before a run

        return beside(self)

    @property
    def measures(self) -> dict[str, NDArray[Any]]:
        """Counts and sums of the period by replication and scope, as columns."""
        return self.store.read("measures", self.replications, "SELECT * FROM {table} ORDER BY replication, kind, name")

    @property
    def contacts(self) -> dict[str, NDArray[Any]]:
        """Contacts of the replications whose contacts were kept, as columns."""
        query = "SELECT * FROM {table} ORDER BY replication, caller, attempt"
        return self.store.read("contacts", self.replications, query)

    def estimate(self, measure: str, *, kind: str = "all", name: str = "all") -> Estimate:
        """One measure of the period, such as ``estimate("loss", kind="queue", name="phone/limburg")``.

        NoMeasureError, a KeyError, where there is none, with the nearest name.
        """
        # Quantiles of waits take longer than all the rest.
        for row in self.summary() if measure in WAITS else self._measured:
            if (row.measure, row.kind, row.name) == (measure, kind, name):
                return Estimate(row.estimate, row.low, row.high)
        known = [(row.measure, row.kind, row.name) for row in self.summary()]
        if measure in WAITS and name in self._waiting.get(kind, ()):
            raise NoMeasureError(f"{measure} of {kind} {name!r}: there was no such contact")
        known += [(wait, of, one) for wait in WAITS for of, names in self._waiting.items() for one in names]
        raise NoMeasureError.among(known, measure, kind, name)

    def summary(self, slices: tuple[str, ...] = ("period",)) -> list[Row]:
        """Every measure with its interval, of the period or by ``day``, ``hour`` or ``interval`` of the week.

        Intervals are counted where the scenario asks it; quantiles of waits are of the period only.
        """
        return self._rows[slices] if slices in self._rows else self._remember(slices)

    @cached_property
    def _rows(self) -> dict[tuple[str, ...], list[Row]]:
        return {}

    def _remember(self, slices: tuple[str, ...]) -> list[Row]:
        rows = list(self._rows_of(tuple(slice_ for slice_ in slices if slice_ != "period")))
        if "period" in slices:
            rows = [*self._measured, *rows, *self._wait_quantiles()]
        self._rows[slices] = rows
        return rows

    @cached_property
    def _measured(self) -> list[Row]:
        rows = list(self._rows_of(("period",)))
        if not self.scenario.experiment.control_variates:
            return rows
        expected = expected_of(self.scenario)
        known = {of: Controls.of(self.values(kind=of[0], name=of[1]), expected[of]) for of in expected}
        return [known[row.kind, row.name].row(row) if (row.kind, row.name) in known else row for row in rows]

    def _rows_of(self, slices: tuple[str, ...]) -> Iterator[Row]:
        model = self.scenario.model
        used, never = model.centre.inputs_used(), impossible(self.scenario, model)
        rows = rows_of(self.moments, self.layout.cells(), slices=slices, used=used, never=never)
        return map(self._defined, rows)

    def _defined(self, row: Row) -> Row:
        """With a definition that says which channels are together, where their waits are not alike."""
        if not is_mixed(self.scenario, row.measure, row.kind):
            return row
        return replace(row, definition=defined(self.scenario, row.measure, row.kind, row.definition))

    @property
    def _waiting(self) -> dict[str, Sequence[str]]:
        """Names by the kinds of scopes that have quantiles of waits."""
        scenario = self.scenario
        queues = [queue for some in queues_of(scenario).values() for queue in some]
        return {"all": ("all",), "channel": tuple(scenario.channels), "queue": queues, "province": scenario.provinces}

    def _wait_quantiles(self) -> Iterator[Row]:
        for kind, names in self._waiting.items():
            found = {(name, what): self.waits(_WAITS[what], kind=kind, name=name) for name in names for what in _WAITS}
            found = {key: distribution for key, distribution in found.items() if distribution.counts.sum()}
            products = self._products(kind, found)
            for (name, what), distribution in found.items():
                waited = _WORDS.get(what, what)
                for i, share in enumerate(_SHARES):
                    bb, be, ee = products[name, what][i]
                    quantile = distribution.quantile(share, (bb, be, ee))
                    text = f"wait that {100 * share:.0f} % of {waited} contacts stay within"
                    label = f"wait_p{round(share * 100)}_{what}"
                    ends = (quantile.value, quantile.low, quantile.high)
                    yield self._defined(Row(kind, name, "period", 0, label, *ends, "s", text))

    def _products(
        self, kind: str, found: dict[tuple[str, str], Distribution]
    ) -> dict[tuple[str, str], list[list[float]]]:
        """What the intervals of the quantiles need, summed in SQL: no column as long as the run is held here."""
        limits = {
            f"limit{i}": np.array([d.values[d.position(share)] * 1000 for d in found.values()])
            for i, share in enumerate(_SHARES)
        }
        keys = {
            "key": np.arange(len(found)),
            "name": np.array([n for n, _ in found]),
            "what": np.array([w for _, w in found]),
        }
        below = [
            f"coalesce(sum(count) FILTER (wait <= limit{i} * 1.0001), 0)::DOUBLE AS b{i}" for i in range(len(_SHARES))
        ]
        sums = [f"sum(b{i} * b{i}) AS bb{i}, sum(b{i} * e) AS be{i}" for i in range(len(_SHARES))]
        whose = "'all'" if kind == "all" else f'"{kind}"'
        wait = f"CASE WHEN bin > 0 THEN {BIN} ** (bin - 0.5) ELSE 0 END"
        query = f"""
            SELECT key, sum(e * e) AS ee, {", ".join(sums)} FROM (
                SELECT key, batch, sum(count)::DOUBLE AS e, {", ".join(below)}
                FROM (SELECT batch, outcome, count, {whose} AS of, {wait} AS wait FROM {{table}})
                JOIN rows ON of = name AND (what = outcome OR what = 'all' AND outcome <> 'called_back')
                GROUP BY key, batch
            ) GROUP BY key"""
        table = self.store.read("waits", self.replications, query, rows=keys | limits)
        order = list(found)
        return {
            order[key]: [
                [float(table[f"bb{i}"][row]), float(table[f"be{i}"][row]), float(table["ee"][row])]
                for i in range(len(_SHARES))
            ]
            for row, key in enumerate(table["key"].tolist())
        }

    def waits(self, outcomes: tuple[str, ...], *, kind: str = "all", name: str = "all") -> Distribution:
        """Waits in s of contacts with these outcomes in a channel, queue, province or in all."""
        counts = self._wait_counts
        mine = np.isin(counts["outcome"], outcomes)
        if kind != "all":
            mine &= counts[kind] == name
        occupied, position = np.unique(counts["bin"][mine], return_inverse=True)
        total = np.zeros(len(occupied), dtype=np.int64)
        np.add.at(total, position, counts["count"][mine])
        return Distribution(wait_of(occupied) / 1000, total, bin=BIN)

    @cached_property
    def _wait_counts(self) -> dict[str, NDArray[Any]]:
        query = "SELECT channel, queue, province, outcome, bin, sum(count)::BIGINT AS count FROM {table} GROUP BY ALL"
        found = self.store.read("waits", self.replications, query)
        return {name: np.ma.getdata(column) for name, column in found.items()}

    def df(self, table: str = "summary") -> pd.DataFrame:
        """``summary``, ``by_day``, ``by_hour``, ``by_interval``, ``measures`` or ``contacts`` as a pandas frame."""
        import pandas as pd

        if table in ("measures", "contacts"):
            columns = self.measures if table == "measures" else self.contacts
            return pd.DataFrame({name: np.ma.getdata(column) for name, column in columns.items()})
        slices = {"summary": "period", "by_day": "day", "by_hour": "hour", "by_interval": "interval"}
        if table not in slices:
            raise ValueError(f"{table!r} is not a table; there are {', '.join([*slices, 'measures', 'contacts'])}")
        return pd.DataFrame([vars(row) for row in self.summary((slices[table],))])

    def _repr_html_(self) -> str:
        return _html(self)

    def write_summary(self) -> None:
        """The summary as CSV and JSON, CSV files by day, by hour and, if counted, by interval; ``theory.csv``."""
        from sim.beside import to_csv as beside_csv

        rows = self.summary()
        write_atomically(self.folder / "summary.csv", _csv(rows))
        for slice_ in (
            "day",
            "hour",
            *(("interval",) if self.layout.interval else ()),
        ):  # of a year in many places these are too many rows to be remembered
            write_atomically(self.folder / f"by_{slice_}.csv", _csv(self._rows_of((slice_,))))
        write_atomically(self.folder / "theory.csv", beside_csv(self.theory))
        write_atomically(self.folder / "summary.json", self.to_json())

    @property
    def seed(self) -> int:
        """Seed of the worlds."""
        return int(self.store.manifest()["seed"])

    def to_json(self) -> str:
        """The summary as JSON: who made it, and one object per number."""
        content = {
            "scenario": self.scenario.name,
            "title": self.scenario.title,
            "replications": self.replications,
            "seed": self.seed,
            "interval": "95 %",
            "service_level": self.scenario.targets.service_level,
            "measures": [_finite(vars(row)) for row in self.summary()],
            "theory": [row.row() for row in self.theory],
        }
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """JSON knows no infinity: an interval that is not known is null."""
    return {k: None if isinstance(v, float) and not np.isfinite(v) else v for k, v in row.items()}


def _csv(rows: Iterable[Row]) -> str:
    return csv_text(Row.__dataclass_fields__, (vars(row).values() for row in rows))


_PEOPLE = ("callers", "reached", "never_reached", "never_reached_share")
_CONTACTS = ("offered", "answered", "abandoned", "loss")


def _html(result: Result, say: Language = ENGLISH) -> str:
    """People of a run, and contacts and waits of each channel."""
    scenario = result.scenario
    rows = [[say(f"measure.{m}"), plain(result.estimate(m), say)] for m in _PEOPLE]
    people = table_html([], rows)
    heads = [say("column.channel"), *(say(f"measure.{m}") for m in _CONTACTS), say("measure.asa")]
    known = {(row.name, row.measure) for row in result.summary() if row.kind == "channel"}
    channels = []
    for name in scenario.channels:
        line = [say.name(name)]
        for measure in (*_CONTACTS, "asa"):
            show = seconds if measure == "asa" else plain
            there = (name, measure) in known
            line.append(show(result.estimate(measure, kind="channel", name=name), say) if there else "-")
        channels.append(line)
    period = say.period(scenario.period.first, scenario.period.last)
    ends = {"replications": say.number(result.replications), "last": say.number(result.replications - 1)}
    key = "run.rests_on" if result.replications > 1 else "run.rests_on_one"
    below = say(key, period=period, seed=result.seed, **ends)
    return titled(scenario.titled(say.code), below, people + table_html(heads, channels))
