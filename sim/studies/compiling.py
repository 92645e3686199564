"""The machine code: compiled once for a machine, which takes a while and is told, and loaded from then on."""

from __future__ import annotations

import logging
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sim.centre import Centre
from sim.draw import draw_block
from sim.engines import simulate_block
from sim.language.said import Digits, Said
from sim.luck import Luck
from sim.studies.workers import cores

#: The engine in machine code: imported by whoever runs it, and by nobody else.
_ENGINE = "sim.engines.compiled.loop"
#: What counts in machine code, which takes as long to compile as all else together.
_COUNTS = "sim.compiled.cells"
#: Loading what was compiled before takes less, compiling the first of it more.
_LOADED_S = 2.0
#: Folders of what is compiled, beside which Numba keeps the machine code where it may write there.
_COMPILED = tuple(Path(__file__).parents[1].joinpath(*parts) for parts in (("compiled",), ("engines", "compiled")))
#: Of which code the machine code is kept: only Numba knows for sure, and asking it takes as long as loading.
_MARK = _COMPILED[0] / "__pycache__" / "machine-code-kept"
# Python shows warnings of a logger that nobody has set up.
_log = logging.getLogger("sim")


def machine_code_loaded() -> bool:
    """Whether an earlier job of this program has loaded the machine code, which is compiled as it is imported."""
    return _ENGINE in sys.modules


def machine_code_kept() -> bool:
    """Whether the machine code of these sources was compiled here before and is still there, as far as is known."""
    try:
        return _MARK.read_text() == _made_of() and all(any(f.glob("__pycache__/*.nbi")) for f in _COMPILED)
    except OSError:
        return False


def _made_of() -> str:
    """What Numba looks at before it takes what it has kept, and the machine."""
    files = [path for folder in _COMPILED for path in sorted(folder.glob("*.py"))]
    files += sorted(_COMPILED[0].parent.glob("*.py"))  # some of which it reads numbers and formulas from
    stamps = [f"{path.name} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in files]
    return "\n".join([version("numba"), sys.version, platform.node(), platform.machine(), *stamps])


def _mark() -> None:
    """Remember that the machine code is kept; where that cannot be written, Numba has most often kept nothing there."""
    try:
        if not machine_code_kept():
            _MARK.write_text(_made_of())
    except OSError:
        pass


def load_machine_code(luck: Luck, centre: Centre, say: Callable[[str], None] = _log.warning) -> None:
    """Have the machine code there before work is spread; ``say`` is told where it must be compiled first.

    It takes one world of ``luck`` through ``centre``, of which nothing is kept.
    """
    start = time.monotonic()
    import sim.compiled.callers  # compiles it, or loads it

    new = time.monotonic() - start > _LOADED_S
    if new:
        say(Said("progress.compiling"))
    with _another_program(_COUNTS, wanted=new):
        worlds = draw_block(luck, seed=0, replications=range(1), compiled=True)
        simulate_block(worlds, centre, engine="compiled")
    import sim.compiled.replications  # noqa: F401

    _mark()
    if new:
        say(Said("progress.compiled", seconds=Digits(time.monotonic() - start)))


@contextmanager
def _another_program(module: str, *, wanted: bool) -> Iterator[None]:
    """Have ``module`` compiled meanwhile on another core; waits for that."""
    if not wanted or not sys.executable or cores() < 2:
        yield
        return
    code = f"import sys; sys.path[:] = {sys.path!r}; import {module}"
    nowhere = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", code], stdin=nowhere, stdout=nowhere, stderr=nowhere) as program:
        try:
            yield
            program.wait()  # whatever became of it: what it has not compiled is compiled here
        finally:
            program.kill()
