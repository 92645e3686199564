"""Results on disk: one folder per scenario and seed, parts by range of replications, nothing half written.

``results/<scenario>-<hash>/`` holds the resolved scenario, a manifest, and Parquet files under ``measures``,
``waits`` and ``contacts``, each named after the replications in it. The hash is of what affects numbers, so the
same question always finds its folder, and more replications are parts that are added.
"""

from __future__ import annotations

import datetime as dt
import errno
import hashlib
import json
import os
import platform
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from sim.errors import ResultsError
from sim.language.said import Said
from sim.results.integrity import Mark, Part, inspected, seal
from sim.scenario.scenario import Scenario
from sim.scenario.sections import dumps
from sim.scenario.trace import fingerprint

if TYPE_CHECKING:
    import duckdb

#: Raised whenever the same scenario and seed give other numbers than before, or files are written otherwise.
RESULTS_VERSION = 5
_PART = re.compile(r"(\d+)-(\d+)\.parquet")
Columns = Mapping[str, NDArray[Any]]
#: From which replication on parts have how many. The first hundred, whose contacts are kept, take more memory each.
_SIZES = ((0, 25), (100, 50), (200, 100), (1000, 250))
#: The table whose part is written last and says that a part is finished.
LAST_WRITTEN = "measures"
#: Tables of every part, and the one that only some have.
TABLES, CONTACTS = ("moments", "waits", LAST_WRITTEN), "contacts"
#: Tables in the order in which a result is hashed.
_HASHED = (LAST_WRITTEN, "moments", "waits", CONTACTS)
_FULL = "{}: no space left on the disk; finished replications are kept, make room and run the same again"
_HOST = re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())
_SCRATCH = re.compile(r"\..+\.scratch-(.+)-(\d+)-\d+")
#: Scratch files of other machines are left for so long.
_STALE_S = 7 * 86_400


def essence(scenario: Scenario) -> dict[str, Any]:
    """What of a scenario affects numbers: without names, sources, and how many replications are looked at."""
    written = scenario.model_dump(mode="json", exclude_none=True)
    for key in ("name", "title", "short_title", "about", "experiment"):
        written.pop(key, None)
    written["demand"].pop("found_from", None)  # what was found counts, not from what
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
        if error.errno == errno.ENOSPC:
            raise ResultsError(_FULL.format(folder)) from None
        raise ResultsError(f"{error.filename or folder}: cannot be written ({error.strerror or error})") from None


def write_atomically(path: Path, text: str) -> None:
    """The whole text or nothing, also when the program is killed in between."""
    write_bytes_atomically(path, text.encode())


def write_bytes_atomically(path: Path, content: bytes) -> None:
    """The same of bytes."""
    with _scratch_for(path) as scratch, _explained(path), scratch.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def discard(path: Path) -> None:
    """Remove a file that is to be made again."""
    with _explained(path):
        path.unlink(missing_ok=True)


def _scratch_of(path: Path) -> Path:
    """A name that no other machine, process or thread writes to."""
    return path.with_name(f".{path.name}.scratch-{_HOST}-{os.getpid()}-{threading.get_ident()}")


@contextmanager
def _scratch_for(path: Path) -> Iterator[Path]:
    """A name to write under, which then takes the place of ``path`` at once, or is removed if writing failed."""
    scratch = _scratch_of(path)
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield scratch
        with _explained(path):
            scratch.replace(path)
            sync_folder(path.parent)
    except BaseException:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system can do that."""
    with suppress(OSError):
        there = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(there)
        finally:
            os.close(there)


def _stale(path: Path) -> bool:
    """Whether nobody writes to this any more: a scratch file of a process that is gone."""
    match = _SCRATCH.fullmatch(path.name)
    if match is None:
        return False
    if match[1] != _HOST:
        return time.time() - path.stat().st_mtime > _STALE_S
    try:
        os.kill(int(match[2]), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


@dataclass(frozen=True)
class Store:
    """A results folder; with ``run``, the identity of its scenario and seed, parts of other runs are not sound."""

    folder: Path
    run: str = ""

    @classmethod
    def for_scenario(cls, scenario: Scenario, *, seed: int, out: Path) -> Store:
        """The folder below ``out`` of this scenario and seed; nothing is written yet."""
        run = identity(scenario, seed)
        return cls(out / f"{scenario.name}-{run}", run)

    def prepare(self, scenario: Scenario) -> None:
        """Make the folder if need be, with the scenario in it, without what programs that were killed left."""
        with _explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            if scenario.trace is not None:
                write_bytes_atomically(self.folder / "trace.csv", Path(scenario.trace.file).read_bytes())
                scenario = scenario.with_log_at("trace.csv")
        for path in self.folder.rglob(".*.scratch-*"):
            with suppress(OSError):  # another run may be cleaning too
                if _stale(path):
                    path.unlink()
        write_atomically(self.folder / "scenario.yaml", dumps(scenario))

    def part(self, table: str, part: Part) -> Path:
        """Path of a part of ``table``."""
        return self.folder / table / f"{part[0]:09d}-{part[1]:09d}.parquet"

    def parts(self, table: str) -> list[Part]:
        """Parts of which ``table`` has a file, sound or not."""
        found = (_PART.fullmatch(path.name) for path in (self.folder / table).glob("*.parquet"))
        return sorted((int(match[1]), int(match[2])) for match in found if match)

    def mark(self, table: str, part: Part) -> Mark:
        """The mark of a part's file; ResultsError where the file is not what its name says."""
        found = inspected(path := self.part(table, part))
        wrong = self.fault(table, part)
        if wrong is not None or isinstance(found, Said):
            raise ResultsError(Said("refused.of_file", path=str(path), why=wrong))
        return found

    def fault(self, table: str, part: Part) -> Said | None:
        """What is wrong with a part's file; None where it is sound."""
        found = inspected(self.part(table, part))
        if isinstance(found, Said):
            return found
        if self.run and found.run != self.run:
            return Said("damage.foreign", run=found.run)
        if (found.table, found.part) != (table, part):
            return Said("damage.misplaced", table=found.table, first=found.first, last=found.last)
        return None

    def missing(self, replications: int, *, contacts: int = 0) -> list[Part]:
        """Parts of these replications that are not there yet, or not with the first ``contacts``' contacts."""
        return [part for part in parts_of(replications) if not self._has(part, contacts=contacts)]

    def _has(self, part: Part, *, contacts: int) -> bool:
        if any(self.fault(table, part) is not None for table in TABLES):
            return False
        found = inspected(self.part(CONTACTS, part)) if part[0] < contacts else None
        return found is None or (isinstance(found, Mark) and found.upto >= min(contacts - 1, part[1]))

    def replications(self) -> int:
        """The most replications whose parts are all there."""
        ends = sorted({last + 1 for _, last in self.parts(LAST_WRITTEN)}, reverse=True)
        return next((upto for upto in ends if not self.missing(upto)), 0)

    def kept(self, table: str, replications: int) -> list[Part]:
        """Parts of these replications that ``table`` has, in order (not every part keeps contacts)."""
        return [part for part in parts_of(replications) if self.part(table, part).exists()]

    def write_part(self, mark: Mark, columns: Columns, *, names: Mapping[str, Sequence[str]]) -> None:
        """Write a part; each column in ``names`` holds indices and is stored as the names they stand for."""
        path = self.part(mark.table, mark.part)
        picked = ", ".join(
            f'list_extract(?::{_kinds_of(names[name])}[], "{name}" + 1) AS "{name}"' if name in names else f'"{name}"'
            for name in columns
        )
        lists = [list(names[name]) for name in columns if name in names]
        with _scratch_for(path) as scratch:
            self.sql(
                f"COPY (SELECT {picked} FROM rows) TO '{_quoted(scratch)}' "
                f"(FORMAT parquet, COMPRESSION zstd, KV_METADATA {{helpline: '{_quoted(mark.text())}'}})",
                lists,
                rows=dict(columns),
            )
            with _explained(path):
                seal(scratch)

    def read(
        self, table: str, replications: int, query: str, parameters: Sequence[Any] = (), rows: Columns | None = None
    ) -> dict[str, NDArray[Any]]:
        """Columns of an SQL query in which ``{table}`` stands for what ``table`` has of so many replications."""
        paths = [str(self.part(table, part)) for part in self.kept(table, replications)]
        if not paths:
            raise ResultsError(f"{self.folder}: there are no {table} here")
        source = "read_parquet([" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "])"
        return self.sql(query.replace("{table}", source), parameters, rows)

    def part_columns(self, table: str, part: Part, *, order: str = "") -> dict[str, NDArray[Any]]:
        """All columns of one part of ``table``."""
        ordered = f" ORDER BY {order}" if order else ""
        return self.sql(f"SELECT * FROM read_parquet('{_quoted(self.part(table, part))}'){ordered}")

    def sql(self, query: str, parameters: Sequence[Any] = (), rows: Columns | None = None) -> dict[str, NDArray[Any]]:
        """Result of a DuckDB query as columns; ``rows`` in it stands for the given columns."""
        import duckdb

        try:
            with _database().cursor() as connection:
                result = connection.execute(query, list(parameters))
                del rows  # found by name from within the query
                found: dict[str, NDArray[Any]] = result.fetchnumpy() if result.description else {}
        except (duckdb.InterruptException, RuntimeError) as error:
            # DuckDB takes Ctrl-C for itself while a query runs; to everybody else it is one like any other.
            if isinstance(error, duckdb.InterruptException) or "interrupted" in str(error):
                raise KeyboardInterrupt from None
            raise
        except duckdb.Error as error:
            if os.strerror(errno.ENOSPC) in str(error):
                raise ResultsError(_FULL.format(self.folder)) from None
            raise ResultsError(f"{self.folder}: {' '.join(str(error).split())[:300]}") from None
        return found

    def contacts_kept(self, replications: int) -> int:
        """Of how many of the first replications contacts are kept."""
        last = [self.mark(CONTACTS, part).upto for part in self.kept(CONTACTS, replications)]
        return max(last, default=-1) + 1

    def hash(self, replications: int) -> str:
        """SHA-256 over measures, moments, waits and kept contacts of so many replications, part by part.

        The hash of each part's values was computed when the part was written and stands in the mark of its file.
        """
        total = hashlib.sha256(f"{replications}".encode())
        for part in parts_of(replications):
            for table in _HASHED:
                if table != CONTACTS or self.part(table, part).exists():
                    total.update(bytes.fromhex(self.mark(table, part).values))
        return total.hexdigest()

    def write_manifest(self, scenario: Scenario, *, seed: int, engine: str, command: str) -> None:
        """Provenance: all that is needed to make these results again, and a hash to tell whether they are the same."""
        packages = ("helpline-sim", "numpy", "scipy", "simpy", "duckdb", "pydantic")
        path, there = self.folder / "manifest.json", self.replications()
        manifest = {
            "scenario": scenario.name,
            "title": scenario.title,
            "seed": seed,
            "engine": engine,
            "replications": there,
            "contacts": self.contacts_kept(there),
            "result_hash": self.hash(there),
            "command": command,
            "written": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
            "results_version": RESULTS_VERSION,
            "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
            "hash": identity(scenario, seed),
            "scenario_sha256": fingerprint(self.folder / "scenario.yaml"),
            "hashed": essence(scenario),
        }
        write_atomically(path, json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

    def manifest(self) -> dict[str, Any]:
        """The manifest; ResultsError where there is none, ValueError where it is damaged."""
        path = self.folder / "manifest.json"
        try:
            content = json.loads(path.read_bytes())
        except OSError as error:
            raise ResultsError(f"{self.folder}: is not a results folder ({error})") from None
        if not isinstance(content, dict):
            raise ValueError(f"{path} holds no JSON object")
        return content


@lru_cache(maxsize=1)
def _database() -> duckdb.DuckDBPyConnection:
    """One for all queries, since to make one takes longer than most of them; each query has a cursor of its own."""
    import duckdb

    return duckdb.connect(config={"threads": 1})


def _kinds_of(names: Sequence[str]) -> str:
    """A type of so few different values, which are written without a look at each; they are read as text."""
    return "ENUM(" + ", ".join(f"'{_quoted(name)}'" for name in names) + ")"


def _quoted(path: Path | str) -> str:
    return str(path).replace("'", "''")


def parts_of(replications: int) -> list[Part]:
    """First and last replication of the parts in which so many are kept; always the same for the same number.

    Parts of 25 up to a hundred, of 100 from two hundred on, of 250 from a thousand on; the last one is cut short.
    """
    parts, first = [], 0
    while first < replications:
        past = min(first + part_size(first), replications)
        parts.append((first, past - 1))
        first = past
    return parts


def part_size(first: int) -> int:
    """Replications of the part that begins with ``first``, or has it."""
    return next(size for since, size in reversed(_SIZES) if first >= since)


def batch_size(part: Part) -> int:
    """Replications that are counted together in the distribution of waits: 1 up to a thousand, then 10, ..."""
    size = 1
    while part[0] >= 1000 * size:
        size *= 10
    return size
