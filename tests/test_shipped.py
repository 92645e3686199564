"""Notebooks run, shipped scenarios give the committed numbers, the layers hold, and a run can be interrupted."""

from __future__ import annotations

import ast
import csv
import json
import os
import signal
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest

import sim
from sim.results.result import Result
from sim.results.store import Store

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"


def command(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments], capture_output=True, text=True, check=False, cwd=ROOT, **options
    )


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_fresh_part_agrees_with_the_reference(path, tmp_path) -> None:
    with (ROOT / "results" / "reference" / f"{path.stem}.csv").open() as file:
        reference = {(r["kind"], r["name"], r["measure"]): r for r in csv.DictReader(file)}
    fresh = sim.run(sim.load(path), replications=60, seed=99, out=tmp_path)
    compared = 0
    for row in fresh.summary():
        kept = reference.get((row.kind, row.name, row.measure))
        if kept is None or row.measure.startswith("wait_p") or not row.high > row.low:
            continue
        # Other worlds than the reference's: five standard errors of the difference.
        spread = ((row.high - row.low) ** 2 + (float(kept["high"]) - float(kept["low"])) ** 2) ** 0.5 / 3.92
        assert abs(row.estimate - float(kept["estimate"])) < 5 * spread + 1e-9 + 0.05 * (row.estimate == 0), row
        compared += 1
    assert compared > 300


def test_stated_demand_is_within_the_simulated_interval(tmp_path) -> None:
    result = sim.run(sim.load(CAMPAIGN), replications=100, out=tmp_path)
    cell = result.layout.first("all")
    total = result.moments.mean(cell, {"first_offered": 1}, level=0.999)
    phone = result.moments.mean(result.layout.first("channel"), {"first_offered": 1}, level=0.999)
    assert total.low < 429 < total.high
    assert phone.low < 0.8 * 429 < phone.high


def test_cli_run_tells_and_keeps(tmp_path) -> None:
    done = command("run", str(CAMPAIGN), "-n", "4", "--workers", "1", "--out", str(tmp_path), "--no-figures")
    assert done.returncode == 0, done.stderr
    for word in (
        "phone/Antwerpen",
        "never",
        "Service level",
        "answered within AWT",
        "4 worlds",
        "Results:",
        "Target missed: phone, 80 % answered within 1 min",
    ):
        assert word in done.stdout
    folder = next(tmp_path.iterdir())
    for name in ("scenario.yaml", "manifest.json", "summary.csv", "summary.json", "by_day.csv", "measures", "contacts"):
        assert (folder / name).exists()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["replications"] == 4
    assert manifest["seed"] == 1712
    assert manifest["versions"]["simpy"]
    assert Result(folder, replications=4).scenario.name == "als-je-eens-wist-2020"
    as_json = command("run", str(CAMPAIGN), "-n", "4", "--out", str(tmp_path), "--no-figures", "--json")
    assert json.loads(as_json.stdout)["replications"] == 4


def test_check_says_what_a_file_means() -> None:
    done = command("check", str(CAMPAIGN))
    assert done.returncode == 0
    for word in (
        "429.0 first contacts",
        "30.6 per working day",
        "+75.8 %",
        "80.0 %",
        "erlang",
        "assumed",
        "2 min to 20 min",
    ):
        assert word in done.stdout, word


@pytest.mark.parametrize(
    "question",
    [
        ["sweep", "--set", "targets.short_abandon=3 s..1 s"],
        ["sensitivity", "--measure", "los"],
        ["calibrate", "--observed", "foo=3"],
        ["plan", "--target", "abc"],
        ["campaign", "--ask", "foo"],
        ["next-line", "--part", "xx"],
    ],
    ids=lambda question: question[0],
)
def test_a_wrong_question_is_one_sentence(question, tmp_path) -> None:
    done = command(question[0], str(CAMPAIGN), *question[1:], "--out", str(tmp_path))
    assert done.returncode == 2, done.stderr
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_imports_nothing_heavy() -> None:
    heavy = ("scipy", "matplotlib", "duckdb", "pandas")
    code = f"import sys, sim.cli.commands; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_interrupted_run_keeps_what_is_finished(tmp_path) -> None:
    arguments = [
        sys.executable,
        "-m",
        "sim.cli",
        "run",
        str(CAMPAIGN),
        "-n",
        "100000",
        "--out",
        str(tmp_path),
        "--no-figures",
    ]
    # A program that a shell started in the background would hand on that it ignores interruptions.
    heed = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    signal.signal(signal.SIGINT, heed)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not list(tmp_path.glob("*/measures/*.parquet")):
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "are finished and kept" in errors
    assert "Traceback" not in errors
    assert Store(next(tmp_path.iterdir())).replications() >= 25


#: What studies need to answer, and what shows an answer of any of them.
ANSWERS = ("answer", "answered", "colours", "files", "grids", "kinds", "notebook", "phrases")
RENDERERS = (
    "bars", "charts", "curves", "flow", "heat", "looks", "page", "plots",
    "rows", "sheets", "style", "svg", "terminal", "timeline",
)  # fmt: skip
#: Lowest layer first; a module may import from its own layer and below. Names may be patterns.
LAYERS = (
    ("errors", "units", "model.clock", "scenario.elementary", "engines.streams"),
    ("scenario", "model"),
    ("theory",),
    ("engines.draw", "audit"),
    ("statistics", "language"),
    ("kernel",),
    ("engines",),
    ("results", "beside", "studies", "verification", "fit", *(f"answers.{name}" for name in ANSWERS)),
    ("figures", "tell", "report", *(f"answers.{name}" for name in RENDERERS)),
    ("cli", "app"),
)
#: Studies that answer with data alone.
WITHOUT_WORDS = (
    "busy_day", "by_priority", "calibrate", "calibrate_answer", "calibrate_charts", "calibrated", "campaign_found",
    "campaign_start", "changes", "compare", "compared", "comparison_answer", "flow", "forecast", "next_line",
    "one_at_a_time", "outside_hours", "planned", "run_answer", "staffing", "staffing_words", "structures",
    "summaries", "sweep", "target_answers", "targets",
)  # fmt: skip
DOORS = {
    "simpy": {"engines/simpy_engine.py"},
    "ruamel": {"scenario/source.py"},
    "matplotlib": {"figures/*.py", "answers/plots.py", "answers/style.py"},
    "duckdb": {"results/store.py"},
    "dask": set(),
    "distributed": {"studies/cluster.py"},
    "holidays": {"scenario/holidays.py"},
    "rich": {"cli/*.py", "tell/*.py", "answers/terminal.py"},
    "jinja2": {"report/page.py"},
    "nicegui": {"app/page.py", "app/page_kept.py", "app/page_studies.py", "app/parts.py", "app/server.py"},
    "starlette": {"app/server.py"},
    "xlsxwriter": {"report/workbook.py"},
    "openpyxl": set(),
    "click": {"cli/*.py"},
    "pandas": {"results/result.py"},
    "statsmodels": {"studies/forecast.py"},
}
#: Readable drawing and its addresses: of engines, though no engine reads a distribution.
DRAWING = {"draw", "streams"}


def imports(path: Path) -> set[str]:
    """Modules that a file imports: at the top, within functions, for types alone or by a name in text."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            name = node.args[0]
            assert isinstance(name, ast.Constant), (
                f"{path}: the name of a module that is imported must be written there"
            )
            found.add(str(name.value))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            room = ROOT.joinpath(*node.module.split("."))
            for name in (alias.name for alias in node.names):
                is_module = (room / f"{name}.py").is_file() or (room / name / "__init__.py").is_file()
                found.add(f"{node.module}.{name}" if is_module else node.module)
    return found


def circle(imported: dict[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle, the first one found; none where there is no circle."""
    done: set[str] = set()

    def search(module: str, path: list[str]) -> list[str]:
        if module in path:
            return path[path.index(module) :]
        if module in done:
            return []
        found = next(filter(None, (search(name, [*path, module]) for name in sorted(imported[module]))), [])
        done.add(module)
        return found

    return next(filter(None, (search(module, []) for module in sorted(imported))), [])


def test_an_import_by_name_is_an_import(tmp_path) -> None:
    file = tmp_path / "module.py"
    file.write_text("from importlib import import_module\nimport_module('sim.studies.run').run()\n")
    assert imports(file) == {"importlib", "sim.studies.run"}
    file.write_text("import importlib\nname = 'sim.studies.run'\nimportlib.import_module(name)\n")
    with pytest.raises(AssertionError, match="must be written there"):
        imports(file)


def test_every_module_stands_in_a_room() -> None:
    loose = {path.name for path in (ROOT / "sim").glob("*.py")}
    assert loose == {"__init__.py", "errors.py", "units.py"}
    rooms = {path.parent.name for path in (ROOT / "sim").glob("*/__init__.py")}
    assert rooms == {name.partition(".")[0] for layer in LAYERS for name in layer} - {"errors", "units"}


def test_circles_are_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c"]


def test_no_module_imports_itself_by_way_of_others() -> None:
    """Neither at the top nor lazily nor for types."""
    files = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (ROOT / "sim").rglob("*.py")
        if path != ROOT / "sim" / "__init__.py"  # which has the names of all that is public
    }
    imported = {name: imports(path) & (files.keys() - {name}) for name, path in files.items()}
    assert len(imported) > 300
    assert circle(imported) == []


def test_layers_and_doors() -> None:
    def layer(module: str) -> int:
        parts = module.split(".")
        for name in (".".join(parts[:2]), parts[0]):
            found = [number for number, rooms in enumerate(LAYERS) if any(fnmatch(name, room) for room in rooms)]
            if found:
                assert len(found) == 1, f"{name} stands in {len(found)} layers"
                return found[0]
        raise AssertionError(f"{module} stands in no layer")

    for path in (ROOT / "sim").rglob("*.py"):
        if path == ROOT / "sim" / "__init__.py":
            continue  # which has the names of all that is public
        inside = path.relative_to(ROOT / "sim").as_posix()
        module = inside.removesuffix(".py").replace("/", ".")
        for name in imports(path):
            top, _, rest = name.partition(".")
            doors = DOORS.get(top, {inside})
            assert any(fnmatch(inside, door) for door in doors), f"{inside} imports {top}"
            if top == "sim" and rest:
                assert layer(rest) <= layer(module), f"{inside} imports {name}"
    # Whatever shows answers knows no study, and a study knows no language.
    for path in (ROOT / "sim" / "answers").glob("*.py"):
        assert not {name for name in imports(path) if name.startswith("sim.studies")}, path
    for name in WITHOUT_WORDS:
        path = ROOT / "sim" / "studies" / f"{name}.py"
        assert not {name for name in imports(path) if name.startswith("sim.language")}, path
    types = {"sim.model.centre", "sim.model.clock", "sim.model.contacts", "sim.model.world"}
    for room in ("engines", "audit"):
        for path in (ROOT / "sim" / room).rglob("*.py"):
            if room == "engines" and path.stem in DRAWING:
                continue
            known = {name for name in imports(path) if name.startswith("sim.") and not name.startswith(f"sim.{room}")}
            chooses = {"sim.kernel"} if path.parent.name == "engines" and path.stem == "__init__" else set()
            assert known <= types | chooses, path
    # All random numbers are read from addresses in streams.py.
    drawing = [p.name for p in (ROOT / "sim").rglob("*.py") if "np.random" in p.read_text()]
    assert drawing == []
