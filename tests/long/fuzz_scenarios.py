"""Mutated scenarios through the loader and the whole command: an answer or its mistakes, never anything else.

    python -m tests.long.fuzz_scenarios [--loads 20000] [--runs 500] [--seed 1] [--keep FOLDER]

A scenario that loads is written and read back to an equal one, expects finite numbers of callers, and gives the same
result with both engines, without a count that is negative or not a number. What fails is kept in FOLDER.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import csv
import io
import json
import random
import re
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

import sim
from sim import kernel
from sim.cli.commands import main
from sim.errors import ScenarioError
from sim.results.result import Result
from sim.scenario.sections import dumps
from sim.scenario.source import read_text

ROOT = Path(__file__).parents[2]
#: A mutated scenario answers within this time, or is larger than what is run here.
SECONDS = 20
_MOST_CONTACTS, _MOST_DAYS = 5_000.0, 100
#: Values that replace others.
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 50, 3.5, -0.5, 1e-9, 1e300, float("inf"), float("nan"), 10**30, "", " ", "é", "²",
    "a",
    "0 %", "100 %", "40 %", "-5 %", "1e9 %", "nan %", "+76 %", "0 s", "1 ms", "3 min", "2 h", "9 days", "1e99 s",
    "-1 s",
    "100 years", "always", "never", "none", "24/7", "7:00-23:00", "mon-fri 9:00-17:00", "mon-sun 0:00-24:00",
    "fri 22:00-6:00", "sat,sun 10:00-10:01", "daily 9-12 13-17", "mon 25:00-26:00", "2020-02-11", "2020-02-30",
    "9999-12-31", "1900-01-01", "2020-02-11 21:00", "2020-03-29 02:30", "phone", "chat", "e-mail", "own", "others",
    "all",
    "base", "everywhere", "__proto__", "../../etc/passwd", "a/b", "a.b", "a=b", "x" * 200, "\u202e", "line\nbreak",
    [], [[]],
    ["phone"], {}, {"value": 1}, {"value": {"value": 1}}, {"distribution": "exponential", "mean": "3 min"},
    {"distribution": "never"}, {"distribution": "deterministic", "always": "0 s"},
    {"distribution": "triangular", "min": "0 s", "mode": "0 s", "max": "9 min"},
    {"distribution": "mixture", "at_once": "100 %", "rest": {"distribution": "never"}},
    {"distribution": "empirical", "values": ["1 s", "9 h"]}, {"value": 2, "status": "assumed", "low": 1, "high": 9},
    {"a": 1, "b": 2},
)  # fmt: skip
SPLINTERS = (
    "", "\n", ":", ": ", "{", "}", "[", "]", "%", "-1", "\t", "'", '"', "1e999", ".nan", "é", "\u2028", "\x00", "&a ",
    "*a",
    "? ", "- ", "!!bool ", "!!int ", "!!binary ", "!!set ", "!x ", "---\n", "...\n", "<<: ", "# ", "|\n", ">\n",
    "%YAML 1.1\n",
)  # fmt: skip


@dataclass
class Tally:
    """How many of which kind, how long the slowest took, and what failed."""

    kinds: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    failures: list[str] = field(default_factory=list)


@cache
def bases() -> list[str]:
    """Right scenarios: those shipped, those of the tests, the smallest one of the README."""
    files = [*sorted((ROOT / "scenarios").glob("*.yaml")), ROOT / "tests" / "small.yaml"]
    cases = sorted((ROOT / "tests" / "cases").glob("*.yaml"))
    resolved = []
    for path in [*files, *cases]:
        with contextlib.suppress(ScenarioError):
            resolved.append(dumps(sim.load(path)))
    written = [path.read_text(encoding="utf-8") for path in [*files, *cases]]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    smallest = [text for text in re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL) if "extends:" not in text]
    # Another file is not beside a text that is mutated.
    return [
        text for text in [*resolved, *written, *smallest, *smallest] if "extends:" not in text and "trace:" not in text
    ]


def mutated(text: str, luck: random.Random) -> str:
    """The text with one to four changes of its values, its keys or its characters."""
    if luck.random() < 0.15:
        return _splintered(text, luck)
    try:
        tree = read_text(text, "base").plain()
    except ScenarioError:
        return _splintered(text, luck)
    for _ in range(luck.choice((1, 1, 2, 4))):
        _change(tree, luck)
    if luck.random() < 0.1:
        return _splintered(json.dumps(tree, ensure_ascii=False), luck)
    return json.dumps(tree, ensure_ascii=luck.random() < 0.5)


def _splintered(text: str, luck: random.Random) -> str:
    lines = text.splitlines()
    for _ in range(luck.randint(1, 4)):
        at = luck.randrange(len(lines)) if lines else 0
        kind = luck.choice(("drop", "double", "swap", "splinter", "splinter", "splinter"))
        if not lines:
            break
        if kind == "drop":
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            other = luck.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        else:
            start = luck.randint(0, len(lines[at]))
            stop = start + luck.choice((0, 0, 1, 4, 20))
            lines[at] = lines[at][:start] + luck.choice(SPLINTERS) + lines[at][stop:]
    return "\n".join(lines)


def _change(tree: Any, luck: random.Random) -> None:
    """Change one place of a tree, which is a mapping or a list that is not empty."""
    places = list(_places(tree))
    if not places:
        return
    leaves = [(parent, key) for parent, key in places if not isinstance(parent[key], dict | list)]
    parent, key = luck.choice(leaves if leaves and luck.random() < 0.8 else places)
    kind = luck.choice(("value",) * 6 + ("number", "number", "drop", "rename", "copy", "move", "wrap"))
    found = parent[key]
    if kind == "number" and isinstance(found, int | float) and not isinstance(found, bool):
        parent[key] = luck.choice((found * 10, found / 3, -found, found + 1, 0, found // 1))
    elif kind == "drop":
        del parent[key]
    elif kind == "rename" and isinstance(parent, dict):
        parent[
            luck.choice((str(key)[:-1], f"{key}s", str(key).upper(), "phone", "a b", "é", "value", "any", "1.5"))
        ] = parent.pop(key)
    elif kind in ("copy", "move"):
        other, name = luck.choice(places)
        if isinstance(other, dict) or (isinstance(other, list) and isinstance(name, int) and name < len(other)):
            other[name] = copy.deepcopy(found)
    elif kind == "wrap":
        parent[key] = luck.choice(
            ([found], {"value": found}, {"any": found}, {"value": found, "low": found, "high": found})
        )
    else:
        alike = [value for value in VALUES if _kind(value) == _kind(found)]
        parent[key] = copy.deepcopy(luck.choice(alike if alike and luck.random() < 0.8 else VALUES))


def _kind(value: Any) -> str:
    """Of what kind a value is, as files write it."""
    if isinstance(value, str):
        signs = {"%": r".*%", "date": r"\d{4}-.*", "duration": r"[-\d.e]+ [a-z]+", "hours": r"always|.*:.*"}
        return next((kind for kind, sign in signs.items() if re.fullmatch(sign, value)), "text")
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _places(tree: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    items = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    if depth < 12:
        for key, value in items:
            yield tree, key
            yield from _places(value, depth + 1)


class TooSlowError(BaseException):
    """What a command that handles exceptions does not handle."""


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TooSlowError in what takes longer of the processor's time, however busy the machine is."""

    def stop(*_: object) -> None:
        raise TooSlowError(f"took longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def loaded(text: str) -> str:
    """What became of a text; AssertionError where what was loaded is not sound."""
    found = None
    try:
        scenario = sim.loads(text)
    except ScenarioError as error:
        found = error
    if found is not None:
        assert found.mistakes, "no mistake is named"
        assert len(str(found).splitlines()) == len(found.mistakes), "a message has several lines"
        return "refused"
    assert sim.loads(dumps(scenario)) == scenario, "not the same when read back"
    scenario.model.centre  # noqa: B018  # is built
    for is_open in (True, False):
        expected = scenario.model.rates.expected(while_open=is_open)
        assert np.isfinite(expected).all(), "expected callers are not finite"
        assert (expected >= 0).all(), "expected callers are negative"
    return "loaded"


def ran(text: str, folder: Path) -> str:
    """What became of a text under ``sim check`` and ``sim run`` with each engine."""
    file = folder / "mutated.yaml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    code, said = _command("check", str(file))
    if code:
        assert code == 3, f"check ended with {code}: {said}"
        return "refused"
    no_number = r"\b(nan|inf)\b"
    assert re.search(no_number, text) or not re.search(no_number, said), f"check says {said}"
    scenario = sim.loads(text)
    contacts = sum(float(scenario.model.rates.expected(while_open=is_open).sum()) for is_open in (True, False))
    lines = sum(len(group.shifts) for group in scenario.model.centre.groups)
    if (
        contacts * scenario.attempts.value > 4 * _MOST_CONTACTS
        or scenario.model.calendar.days > _MOST_DAYS
        or lines > 1000
    ):
        return "too large to run here"
    hashes = set()
    for engine in ("simpy", "compiled") if kernel.available() else ("simpy",):
        out = folder / engine
        code, said = _command("run", str(file), "-n", "2", "--engine", engine, "--no-figures", "--out", str(out))
        assert code == 0, f"run with {engine} ended with {code}: {said}"
        (kept,) = out.iterdir()
        hashes.add(Result(kept, replications=2).hash())
        _sound(kept / "summary.csv")
    assert len(hashes) == 1, "the engines differ"
    return "ran"


def _sound(summary: Path) -> None:
    with summary.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            value = row["estimate"]
            counts = row["unit"] == "per period"
            assert not counts or (value and float(value) >= 0), f"{row['measure']} of {row['name']} is {value!r}"
            assert value in ("", "nan") or float(value) >= 0, f"{row['measure']} of {row['name']} is {value!r}"


def _command(*arguments: str) -> tuple[int, str]:
    """Exit code and output of a command, run as the program is; what it does not catch comes out."""
    out, before = io.StringIO(), sys.argv
    sys.argv = ["sim", *arguments]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main()
    except SystemExit as leave:
        return int(leave.code or 0), out.getvalue()
    finally:
        sys.argv = before
    return 0, out.getvalue()


def fuzz(
    number: int,
    seed: int,
    check: Callable[[str], str],
    keep: Path | None = None,
    name: str = "",
    tries: int = 1,
    only: str = "",
) -> Tally:
    """``number`` mutated scenarios through ``check``; what fails is printed, and kept in ``keep``.

    ``tries``: how many are looked through for one that loads; ``only``: the one kind that counts towards the number.
    """
    texts, tally = bases(), Tally()
    for case in count():
        if (tally.kinds[only] if only else case) >= number:
            break
        luck = random.Random(f"{seed} {case}")
        text = mutated(luck.choice(texts), luck)
        for _ in range(tries - 1):
            with contextlib.suppress(Exception):
                sim.loads(text)
                break
            text = mutated(luck.choice(texts), luck)
        started = time.process_time()
        try:
            with limited(SECONDS):
                tally.kinds[check(text)] += 1
        except (Exception, TooSlowError) as error:  # anything else is a failure
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{Path(last.filename).name}:{last.lineno}"
            tally.failures.append(f"{name} {seed} {case}: {type(error).__name__} at {where}: {str(error)[:300]}")
            print(tally.failures[-1], flush=True)
            if keep is not None:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name}-{seed}-{case}.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
        tally.slowest = max(tally.slowest, time.process_time() - started)
    return tally


def fuzz_runs(number: int, seed: int, keep: Path | None = None) -> Tally:
    """Mutated scenarios through the whole command, until ``number`` were neither refused nor too large to run here."""

    def check(text: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            return ran(text, Path(folder))

    return fuzz(number, seed, check, keep, "run", tries=12, only="ran")


def _all() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--loads", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=None)
    asked = parser.parse_args()
    failed = 0
    for name, tally in (
        ("loads", fuzz(asked.loads, asked.seed, loaded, asked.keep, "load")),
        ("runs", fuzz_runs(asked.runs, asked.seed, asked.keep)),
    ):
        print(f"{name}: {dict(tally.kinds)}; slowest {tally.slowest:.1f} s; {len(tally.failures)} failed", flush=True)
        failed += len(tally.failures)
    return failed


if __name__ == "__main__":
    sys.exit(bool(_all()))
