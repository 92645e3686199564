"""Machine code reads and writes unchecked: what it must not touch, seen in its text and with a library that tells."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path

import pytest

from sim.machine_code import read_by

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("sim/compiled", "sim/engines/compiled") for path in (ROOT / folder).glob("*.py"))
#: Whatever makes an array.
MAKES = {"empty", "zeros", "ones", "full", "arange", "copy", "concatenate", "reshape"}
CODE = """
import numpy as np
import sim
from sim.studies import parts
scenario = sim.load({path!r})
def made():
    job = parts.job_of(scenario, seed=3, engine="compiled", keep_contacts=2)
    return [column for piece in parts.make(job, (0, 29)).pieces for column in piece.columns.values()]
first = made()
for _ in range(3):
    assert all(np.array_equal(one, other) for one, other in zip(first, made(), strict=True))
"""


def _names(node: ast.AST) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def _own_arrays_without_shape(function: ast.FunctionDef) -> Iterator[str]:
    """Arrays that a function makes itself and takes the bare numbers of."""
    own: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            called = {call.func.attr for call in ast.walk(node.value) if _is_method(call)}
            own |= _names(ast.Tuple(node.targets)) if called & MAKES else set()
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "bare":
            yield from _names(node) & own
            yield from (ast.unparse(call) for call in ast.walk(node) if _is_method(call) and call.func.attr in MAKES)


def _is_method(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_no_function_takes_the_bare_numbers_of_its_own_arrays(path) -> None:
    """They are given back as soon as nobody names them, and something else stands there."""
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    assert not [(function.name, name) for function in functions for name in _own_arrays_without_shape(function)]


def test_such_arrays_would_be_seen() -> None:
    lines = "one, two = np.empty((2, 3), np.int64)", "one = bare(one)", "return bare(a[0]), bare(a.copy())"
    text = "\n    ".join(["def f(a):", *lines])
    assert list(_own_arrays_without_shape(ast.parse(text).body[0])) == ["one", "a.copy()"]


@pytest.mark.parametrize("scenario", ["tests/small.yaml", "scenarios/forwarding-2021.yaml"])
def test_nothing_is_read_or_written_where_nothing_is(scenario) -> None:
    """With a library that gives memory back at once and looks at its edges, all comes out the same."""
    if (library := find_library("c_malloc_debug")) is None:
        pytest.skip("the library that looks at memory is not on this machine")
    environment = os.environ | {"LD_PRELOAD": library, "MALLOC_CHECK_": "3"}
    code = [sys.executable, "-c", CODE.format(path=str(ROOT / scenario))]
    done = subprocess.run(code, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr


BOTH_ENGINES = """
import sim
from sim.engines import ENGINES
scenario = sim.load({path!r})
world = sim.draw_world(scenario, seed=3, replication=0)
simpy, compiled = (sim.simulate(world, scenario.centre, engine=engine) for engine in ENGINES)
assert simpy == compiled
print((compiled.outcome == 1).sum())
"""


def test_a_changed_constant_is_compiled_anew(tmp_path) -> None:
    """The numbers of two outcomes change places in a module that is not compiled itself."""
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    constants = tmp_path / "sim" / "contacts.py"
    text = constants.read_text("utf-8")
    changed = text.replace("ABANDONED = 1\n", "ABANDONED = 2\n").replace("BLOCKED = 2\n", "BLOCKED = 1\n")

    def outcomes_called_1() -> int:
        environment = os.environ | {"PYTHONPATH": str(tmp_path), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
        code = [sys.executable, "-c", BOTH_ENGINES.format(path=str(ROOT / "scenarios" / "forwarding-2021.yaml"))]
        done = subprocess.run(code, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return int(done.stdout)

    abandoned = outcomes_called_1()
    constants.write_text(changed, "utf-8")
    assert outcomes_called_1() not in (0, abandoned)  # those who were blocked


@pytest.mark.parametrize(
    ("entry", "constants"),
    [
        ("engines/compiled/loop.py", "engines/compiled/names.py centre.py clock.py contacts.py"),
        ("compiled/cells.py", "compiled/kinds.py cells.py centre.py clock.py contacts.py contact_values.py"),
        ("compiled/callers.py", "compiled/addresses.py clock.py elementary.py streams.py"),
    ],
)
def test_the_key_covers_modules_whose_constants_are_compiled_in(entry, constants) -> None:
    read = {path.relative_to(ROOT / "sim").as_posix() for path in read_by(str(ROOT / "sim" / entry))}
    assert {entry, "machine_code.py", *constants.split()} <= read
