"""Seconds of the processor and on the clock, in rounds that alternate; memory; and what machine it was."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: In the name of work that writes, which takes more than one thread; works named by a number say how many they take.
WRITING = "writing"
#: Seconds for which contestants are repeated that take less: done once, they meet memory full of who was there before.
LEAST = 0.5
#: What is timed returns how many contacts it dealt with.
Work = Callable[[], int]
PACKAGES = ("numpy", "scipy", "duckdb", "simpy", "ciw")


@dataclass(frozen=True)
class Took:
    """Medians over rounds: contacts, seconds of all processors together, seconds on the clock."""

    contacts: int
    cpu: float
    wall: float

    @property
    def rate(self) -> float:
        """Contacts per second and core."""
        return self.contacts / self.cpu


def cpu_seconds(*, threads: bool) -> float:
    """Of this thread, or of all ``threads`` of this process, and of the programs it has run to their end."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = time.process_time() if threads else time.thread_time()
    return own + children.ru_utime + children.ru_stime


def once(work: Work, *, threads: bool = True, least: float = 0.0) -> Took:
    """One time, or the mean of as many as it takes until ``least`` seconds have passed.

    ``threads`` of work that has some, since those of work before may still be busy for a while.
    """
    wall, cpu, contacts, times = time.perf_counter(), cpu_seconds(threads=threads), work(), 1
    while time.perf_counter() - wall < least:
        work()
        times += 1
    return Took(contacts, (cpu_seconds(threads=threads) - cpu) / times, (time.perf_counter() - wall) / times)


def medians(times: list[Took]) -> Took:
    """Each number's median."""
    cpu, wall = (statistics.median(getattr(took, what) for took in times) for what in ("cpu", "wall"))
    return Took(times[-1].contacts, cpu, wall)


def alternating(works: Mapping[str, Work], rounds: int) -> dict[str, Took]:
    """Each work once a round, so that a slow moment of the machine hits all; one round before is not counted.

    All are of one thread, but for what writes.
    """
    times: dict[str, list[Took]] = {name: [] for name in works}
    for number in range(1 + rounds):
        for name, work in works.items():
            took = once(work, threads=WRITING in name or name.isdigit(), least=LEAST)
            if number:
                times[name].append(took)
    return {name: medians(took) for name, took in times.items()}


def peak_mb() -> float:
    """The most memory that this process has held, in MB."""
    # Linux hands ru_maxrss on to the programs that a process starts; VmHWM begins anew.
    for line in _lines(Path("/proc/self/status")):
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20 if platform.system() == "Darwin" else 1 << 10)


def machine() -> str:
    """Processor, cores, Python and packages."""
    info = Path("/proc/cpuinfo")
    models = [line.split(":", 1)[1].strip() for line in _lines(info) if line.startswith("model name")]
    model = models[0] if models else platform.processor() or platform.machine()
    packages = ", ".join(f"{name} {found}" for name in PACKAGES if (found := _version(name)))
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}; "
        f"Python {platform.python_version()}, {packages}"
    )


def load() -> str:
    """Load averages of the last 1, 5 and 15 minutes."""
    return ", ".join(f"{average:.1f}" for average in os.getloadavg())


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
