"""What the tutorials and recipes tell a reader to do works: their files load, their commands run, their code holds."""

from __future__ import annotations

import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

import sim
from sim.cli.commands import cli

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = ("tutorial-planner", "tutorial-analyst", "tutorial-researcher", "how-to", "studies", "glossary")
EXAMPLE = DOCS / "examples" / "two-regions.yaml"
#: Replications are as few as each command takes: what is tested is the page, not the numbers.
FEW = {
    "run": {"-n": "3", "--max-replications": "100"},
    "compare": {"-n": "3"},
    "sweep": {"-n": "2", "--points": "2"},
    "next-line": {"-n": "2"},
    "plan": {"-n": "10", "--confirm": "20"},
    "campaign": {"-n": "10", "--confirm": "20"},
    "sensitivity": {"--points": "2", "-n": "2", "--worlds-apart": "2"},
}
#: What a command does without unless it is written.
WITHOUT = {("run", "--max-replications"), ("sweep", "--points")}
PLACES = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
LINKS = re.compile(r"\]\(([^)#\s]+)(#[\w-]*)?\)")


def page(name: str) -> str:
    return (DOCS / f"{name}.md").read_text(encoding="utf-8")


def blocks(name: str, language: str) -> Iterator[str]:
    return (text for found, text in PLACES.findall(page(name)) if found == language)


def few(command: str) -> list[str]:
    """The words of a command line after ``sim``, with few replications and names of folders that are there."""
    _, name, *words = shlex.split(command)
    words = [str(next(Path().glob(f"{word[:-3]}*"))) if word.endswith("...") else word for word in words]
    if any("--no-figures" in one.secondary_opts for one in cli.commands[name].params):
        words.append("--no-figures")
    for option, number in FEW.get(name, {}).items():
        if option in words:
            words[words.index(option) + 1] = number
        elif (name, option) not in WITHOUT and "--precision" not in words:
            words += [option, number]
    return [name, *words]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> None:
    """A reader's folder, with what the project ships beside it."""
    for name in ("docs", "scenarios"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)


def write_files(name: str) -> list[Path]:
    """Files that a page tells to save: YAML that begins with a comment of its name."""
    files = []
    for text in blocks(name, "yaml"):
        if found := re.match(r"# (\S+\.yaml)\n", text):
            files.append(Path(found[1]))
            files[-1].write_text(text, encoding="utf-8")
    return files


@pytest.mark.parametrize("name", ["tutorial-analyst", "how-to", "studies"])
@pytest.mark.usefixtures("folder")
def test_commands_run(name) -> None:
    write_files(name)
    commands = [line for text in blocks(name, "sh") for line in text.splitlines()]
    assert len(commands) > 5
    assert all(command.startswith("sim ") for command in commands)
    for command in commands:
        done = CliRunner().invoke(cli, few(command))
        assert done.exit_code == 0, f"{command}\n{done.output}"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("folder")
def test_files_load(name) -> None:
    for file in write_files(name):
        scenario = sim.load(file)
        assert len(sim.simulate(sim.draw_world(scenario, seed=1), scenario.model.centre))


@pytest.mark.usefixtures("folder")
def test_the_tutorials_example_is_the_shipped_one() -> None:
    (written,) = write_files("tutorial-analyst")
    told = {"name", "title", "about", "experiment"}
    assert sim.load(written).model_dump(exclude=told) == sim.load(EXAMPLE).model_dump(exclude=told)


@pytest.mark.parametrize(
    ("name", "told"), [("tutorial-researcher", "callers made"), ("studies", "One more line helps most")]
)
@pytest.mark.usefixtures("folder")
def test_code_runs(name, told, capsys) -> None:
    exec(compile("\n".join(blocks(name, "python")), f"{name}.md", "exec"), {"__name__": "tutorial"})
    assert told in capsys.readouterr().out


def test_the_call_log_of_the_example_is_what_its_script_makes() -> None:
    made = runpy.run_path(str(DOCS / "examples" / "make_call_log.py"))["log"]()
    assert made == (DOCS / "examples" / "call-log.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_somewhere(name) -> None:
    for target, _ in LINKS.findall(page(name)):
        if not target.startswith("http"):
            assert (DOCS / target).exists(), target


def test_every_command_is_in_the_table_of_studies() -> None:
    told = set(re.findall(r"`sim ([\w-]+)`", page("studies")))
    assert told >= set(cli.commands) - {"schema", "app"}


@pytest.mark.parametrize("name", PAGES)
def test_commands_and_options_in_the_text_exist(name) -> None:
    text = page(name)
    assert set(re.findall(r"`sim (\w[\w-]*)", text)) <= set(cli.commands)
    known = {
        option
        for command in cli.commands.values()
        for one in command.params
        for option in (*one.opts, *one.secondary_opts)
    }
    used = set(re.findall(r"(?<![\w-])(--[a-z][\w-]+)", text))
    assert used <= known | {"--host", "--no-dashboard", "--nthreads"}, used - known
