"""What is measured, section by section of the page."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import limit
import lines
import stages
import textbook_simpy
from page import rates, seconds, table, times
from timing import Work, alternating, medians, once

import sim
from sim.kernel import build
from sim.results.store import part_size

HERE = Path(__file__).parent
CAMPAIGN = HERE.parent / "scenarios" / "als-je-eens-wist-2020.yaml"
#: Replications of the quick contestants and, the first of the same worlds, of the slow ones.
MANY, FEW, ROUNDS = 25, 3, 5
#: Replications of a part of a long run, which is what the compiled engine is timed with end to end.
PART = part_size(100_000)
#: Replications of the C++ program, which would be done before the clock has moved.
LIMIT = 200
TEXTBOOK = "textbook SimPy: draw, simulate, count"
NO_COMPILER = "There is no g++ here, so the C++ program of the limit is missing."
NO_CIW = "Ciw is not installed, so it is missing (`benchmarks/run.py` says how to add it)."


def contest(program: Path | None, *, overflow: bool, ciw: bool) -> str:
    """Both engines stage by stage, the others as a whole."""
    scenario = lines.scenario(overflow=overflow)
    works: dict[str, Work] = {}
    lost: dict[str, float] = {}
    with stages.staged(scenario, MANY) as there:
        for engine, replications, part in (("compiled", MANY, PART), ("simpy", FEW, FEW)):
            found = stages.works(there, engine, replications, part)
            works |= {f"{engine} engine: {stage}": work for stage, work in found.items()}
        works[TEXTBOOK] = lambda: _textbook(lost, overflow=overflow)
        if ciw:
            works["Ciw: draw, simulate"] = lambda: _ciw(lost)
        if program is not None:
            works["C++: draw, simulate, count"] = lambda: _limit(program, lost, overflow=overflow)
        took = alternating(works, ROUNDS)
        lost["ours"] = _lost_share(there)
    against = {
        "textbook SimPy": took[TEXTBOOK],
        "C++": took.get("C++: draw, simulate, count"),
    }
    head = ["", "contacts", "per core", "on the clock", *(f"to {name}" for name, other in against.items() if other)]
    title = "Overflow among lines after a minute, and redials" if overflow else "Separate lines"
    said = {"ours": "both engines", "textbook": "the textbook model", "ciw": "Ciw", "limit": "the C++ program"}
    notes = [
        f"Six provinces with a line each, {lines.DAYS} days at nine tenths of what lines can do, exponential times.",
        (
            f"The same {MANY} worlds for both engines, the first {FEW} of them for SimPy's; "
            f"end to end the compiled engine makes a part of {PART}."
        ),
        "The others draw luck of their own under the same laws, so only rates can be compared.",
        "Ratios are of rates per core.",
        "Gave up: " + ", ".join(f"{said[name]} {share:.1%}" for name, share in lost.items()) + ".",
        "Ciw is asked for separate lines only." if overflow else "",
        "" if program else NO_COMPILER,
        "" if ciw or overflow else NO_CIW,
    ]
    shown = table(head, rates(took, {name: other for name, other in against.items() if other}))
    return f"## {title}\n\n{_filled(notes)}\n\n{shown}\n"


def campaign(sizes: tuple[int, ...]) -> str:
    """The shipped campaign: where the time of a replication goes, and whole runs."""
    scenario, rows = sim.load(CAMPAIGN), []
    with stages.staged(scenario, 25) as there:
        took = alternating(stages.works(there, "compiled", 25), ROUNDS)
    whole = took["with writing"].cpu
    writing = 1 - took["end to end"].cpu / whole
    for size in sizes:
        for workers in (1, 2):
            found = once(lambda n=size, w=workers: _run(scenario, n, w))
            each = found.cpu / size
            rows.append([f"{size:,}", f"{workers}", seconds(found.wall), seconds(found.cpu), seconds(each)])
    head = ["replications", "workers", "on the clock", "processor", "processor, each"]
    notes = [
        f"`sim.run` of `{CAMPAIGN.name}` ({took['draw'].contacts / 25:,.0f} contacts a replication) with the compiled",
        "engine, from an empty folder to the manifest, without keeping contacts.",
        f"Of a part of 25 replications ({seconds(whole)} of the processor), {writing:.0%} goes into writing.",
        "(The kernel draws, plays and counts in one call; the stages of the tables above hand everything to Python.)",
    ]
    return f"## The campaign\n\n{_filled(notes)}\n\n{table(head, rows)}\n"


def growth() -> str:
    """More replications, a longer world, a larger world: end to end."""
    cases = {
        "25 replications": (25, {}),
        "100 replications": (100, {}),
        "1 replication": (1, {}),
        "1 replication, ten times the days": (1, {"days": 10 * lines.DAYS}),
        "1 replication, ten times the calls and lines": (1, {"lines": 10}),
    }
    works: dict[str, Work] = {}
    for overflow, name in ((False, "separate"), (True, "overflow")):
        for case, (replications, how) in cases.items():
            with stages.staged(lines.scenario(overflow=overflow, **how), replications) as there:
                works[f"{case}, {name}"] = stages.works(there, "compiled", replications)["end to end"]
    rows = [
        [name, f"{took.contacts:,}", seconds(took.cpu), f"{1e9 * took.cpu / took.contacts:,.0f} ns"]
        for name, took in alternating(works, 3).items()
    ]
    head = ["", "contacts", "processor", "a contact"]
    return f"## Growth\n\nThe compiled engine end to end, without writing.\n\n{table(head, rows)}\n"


def workers() -> str:
    """One and two threads of the compiled engine."""
    scenario = lines.scenario(overflow=True)
    works: dict[str, Work] = {f"{count}": lambda count=count: _run(scenario, 100, count) for count in (1, 2)}
    found = alternating(works, 2)
    rows = [
        [name, seconds(took.wall), seconds(took.cpu), times(found["1"].wall / took.wall)]
        for name, took in found.items()
    ]
    notes = [
        "`sim.run` of 100 replications with overflow and redials, with writing.",
        "There is no more to gain than what other work leaves of the second core.",
    ]
    return f"## Workers\n\n{_filled(notes)}\n\n{table(['threads', 'on the clock', 'processor', 'speed-up'], rows)}\n"


def memory(*, ciw: bool) -> str:
    """Peak memory of fresh processes."""
    nothing = _alone("nothing", 1)["peak_mb"]
    rows = [["our packages, nothing simulated", "", f"{nothing:.0f} MB"]]
    for model, sizes in {"compiled": (25, 100), "simpy": (3,), "textbook": (3,), "ciw": (3,) * ciw}.items():
        rows += [[model, f"{size}", f"{_alone(model, size)['peak_mb']:.0f} MB"] for size in sizes]
    head = ["separate lines", "replications", "peak"]
    return f"## Memory\n\nThe most that a fresh process has held, packages included.\n\n{table(head, rows)}\n"


def starting() -> str:
    """What comes before the first replication: building the kernel, once, loading it, and the command line."""
    with tempfile.TemporaryDirectory(prefix="sim-benchmark-") as folder:
        built = once(lambda: int(build.build(Path(folder) / build.library_name()) is not None))
    first = _alone("compiled", 1)
    command = [sys.executable, "-m", "sim.cli", "--help"]
    told = medians(
        [once(lambda: len(subprocess.run(command, capture_output=True, check=True).stdout)) for _ in "1234567"]
    )
    rows = [
        ["building the kernel at installation", seconds(built.wall), seconds(built.cpu)],
        ["one replication", seconds(first["wall"]), seconds(first["cpu"])],
        ["`sim --help`", seconds(told.wall), seconds(told.cpu)],
    ]
    return f"## Starting\n\n{table(['fresh process', 'on the clock', 'processor'], rows)}\n"


def _run(scenario: sim.Scenario, replications: int, count: int) -> int:
    with tempfile.TemporaryDirectory(prefix="sim-benchmark-") as folder:
        options = {"engine": "compiled", "workers": count, "keep_contacts": 0, "out": folder}
        sim.run(scenario, replications=replications, **options)
    return replications


def _ciw(lost: dict[str, float]) -> int:
    import ciw_model

    contacts, lost["ciw"] = ciw_model.run(days=lines.DAYS, seed=1)
    return contacts


def _textbook(lost: dict[str, float], *, overflow: bool) -> int:
    of_each = [textbook_simpy.run(days=lines.DAYS, seed=seed, overflow=overflow) for seed in range(FEW)]
    contacts = sum(count for count, _ in of_each)
    lost["textbook"] = sum(count * share for count, share in of_each) / contacts
    return contacts


def _limit(program: Path, lost: dict[str, float], *, overflow: bool) -> int:
    model = "overflow" if overflow else "separate"
    contacts, lost["limit"] = limit.run(program, model, replications=LIMIT, days=lines.DAYS)
    return contacts


def _lost_share(there: stages.Staged) -> float:
    from sim.engines import simulate_block
    from sim.model.contacts import Outcome

    outcome = simulate_block(there.worlds, there.scenario.model.centre, engine="compiled").rows.outcome
    return float((outcome == Outcome.ABANDONED).mean())


def _alone(model: str, replications: int, **environment: str) -> dict[str, float]:
    command = [sys.executable, str(HERE / "alone.py"), model, str(replications)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | environment)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _filled(notes: list[str]) -> str:
    return "\n".join(note for note in notes if note)
