"""Results on disk: one folder per scenario and seed, parts by range of replications, nothing half written.

``results/<scenario>-<hash>/`` holds the resolved scenario, a manifest, and Parquet files under ``measures``,
``waits`` and ``contacts``, each named after the replications in it. The hash is of what affects numbers, so the
same question always finds its folder, and more replications are parts that are added.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.scenario.load import dumps
from sim.scenario.model import Scenario

#: Raised whenever the same scenario and seed give other numbers than before.
RESULTS_VERSION = 2
_PART = re.compile(r"(\d+)-(\d+)\.parquet")
Columns = Mapping[str, NDArray[Any]]


def essence(scenario: Scenario) -> dict[str, Any]:
    """What of a scenario affects numbers: without names, sources, and how many replications are looked at."""
    written = scenario.model_dump(mode="json", exclude_none=True)
    for key in ("name", "title", "about", "experiment"):
        written.pop(key, None)
    if "trace" in written:  # its content counts, not where it lies
        del written["trace"]["file"]
    bare: dict[str, Any] = _bare(written)
    return bare


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        if "value" in value and set(value) <= {"value", "status", "source", "low", "high"}:
            return _bare(value["value"])
        return {name: _bare(item) for name, item in value.items()}
    return [_bare(item) for item in value] if isinstance(value, list) else value


def identity(scenario: Scenario, seed: int) -> str:
    """Hash of everything that affects the numbers."""
    content = json.dumps([RESULTS_VERSION, seed, essence(scenario)], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ResultsError(f"{error.filename or folder}: {error.strerror or error}") from None


def write_atomically(path: Path, text: str) -> None:
    """The whole text or nothing, also when the machine stops in between."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    with _explained(path):
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(path)


@dataclass(frozen=True)
class Store:
    """A results folder."""

    folder: Path

    @classmethod
    def for_scenario(cls, scenario: Scenario, *, seed: int, out: Path) -> Store:
        """The folder below ``out`` of this scenario and seed, made if need be, with the scenario in it."""
        store = cls(out / f"{scenario.name}-{identity(scenario, seed)}")
        with _explained(store.folder):
            store.folder.mkdir(parents=True, exist_ok=True)
            if scenario.trace is not None:
                shutil.copyfile(scenario.trace.file, store.folder / "trace.csv")
                scenario = scenario.model_copy(
                    update={"trace": scenario.trace.model_copy(update={"file": "trace.csv"})}
                )
        write_atomically(store.folder / "scenario.yaml", dumps(scenario))
        return store

    def parts(self, table: str) -> list[tuple[int, int, Path]]:
        """First and last replication and path of each part of ``table``, in order."""
        paths = (self.folder / table).glob("*.parquet")
        return sorted((int(m[1]), int(m[2]), path) for path in paths if (m := _PART.fullmatch(path.name)))

    def replications(self) -> int:
        """Number of replications from 0 on that are there without a gap."""
        upto = 0
        for first, last, _ in self.parts("measures"):
            if first > upto:
                break
            upto = max(upto, last + 1)
        return upto

    def missing(self, replications: int) -> list[int]:
        """Those of the first ``replications`` that are not there yet."""
        there = {r for first, last, _ in self.parts("measures") for r in range(first, last + 1)}
        return [r for r in range(replications) if r not in there]

    def write_part(
        self, table: str, first: int, last: int, columns: Columns, *, names: Mapping[str, Sequence[str]]
    ) -> None:
        """Write a part; each column in ``names`` holds indices and is stored as the names they stand for."""
        path = self.folder / table / f"{first:07d}-{last:07d}.parquet"
        with _explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        picked = ", ".join(
            f'list_extract(?::VARCHAR[], "{name}" + 1) AS "{name}"' if name in names else f'"{name}"'
            for name in columns
        )
        lists = [list(names[name]) for name in columns if name in names]
        self.sql(
            f"COPY (SELECT {picked} FROM rows) TO '{_quoted(scratch)}' (FORMAT parquet, COMPRESSION zstd)",
            lists,
            rows=dict(columns),
        )
        with _explained(path):
            scratch.replace(path)

    def read(
        self, table: str, query: str, parameters: Sequence[Any] = (), rows: Columns | None = None
    ) -> dict[str, NDArray[Any]]:
        """Columns of an SQL query in which ``{table}`` stands for the parts of ``table``; ``rows`` as in ``sql``."""
        paths = [str(path) for *_, path in self.parts(table)]
        if not paths:
            raise ResultsError(f"{self.folder}: there are no {table} here")
        source = "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "])"
        return self.sql(query.replace("{table}", source), parameters, rows)

    def sql(self, query: str, parameters: Sequence[Any] = (), rows: Columns | None = None) -> dict[str, NDArray[Any]]:
        """Result of a DuckDB query as columns; ``rows`` in it stands for the given columns."""
        import duckdb

        try:
            with duckdb.connect() as connection:
                connection.execute("SET threads = 1")
                result = connection.execute(query, list(parameters))
                del rows  # found by name from within the query
                found: dict[str, NDArray[Any]] = result.fetchnumpy() if result.description else {}
        except duckdb.Error as error:
            raise ResultsError(f"{self.folder}: {' '.join(str(error).split())[:300]}") from None
        return found

    def write_manifest(self, scenario: Scenario, *, seed: int, engine: str, command: str) -> None:
        """Provenance: all that is needed to make these results again."""
        packages = ("helpline-sim", "numpy", "scipy", "simpy", "duckdb", "pydantic")
        path = self.folder / "manifest.json"
        manifest = {
            "scenario": scenario.name,
            "title": scenario.title,
            "seed": seed,
            "engine": engine,
            "replications": self.replications(),
            "replications_with_contacts": sum(last - first + 1 for first, last, _ in self.parts("contacts")),
            "command": command,
            "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "results_version": RESULTS_VERSION,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
            "hash": identity(scenario, seed),
            "hashed": essence(scenario),
        }
        write_atomically(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

    def manifest(self) -> dict[str, Any]:
        """The manifest; ResultsError where there is none."""
        try:
            content: dict[str, Any] = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ResultsError(f"{self.folder}: is not a results folder ({error})") from None
        return content


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")


def blocks_of(replications: Sequence[int], size: int) -> list[tuple[int, int]]:
    """Runs of consecutive replications (first, last) within multiples of ``size``, in order."""
    array = np.array(replications, dtype=np.int64)
    if not len(array):
        return []
    breaks = np.flatnonzero((np.diff(array) > 1) | (array[1:] % size == 0)) + 1
    return [(int(part[0]), int(part[-1])) for part in np.split(array, breaks)]
