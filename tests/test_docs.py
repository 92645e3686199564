"""Pages say what is true: tables of keys are those of the schema, examples of scenarios load."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import sim
from sim.scenario.sections import dumps
from sim.scenario.settings import merge
from sim.scenario.source import read_text, write_text

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "scenario.md").read_text(encoding="utf-8")
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_files_on_the_page_about_the_code_exist() -> None:
    text = (ROOT / "docs" / "overview.md").read_text(encoding="utf-8")
    files = set(re.findall(r"`([a-z_]+/[a-z_]+\.(?:py|c|h|md))`", text))
    assert len(files) > 20
    assert not [file for file in files if not (ROOT / file).exists() and not (ROOT / "sim" / file).exists()]


def test_tables_of_keys_are_fresh() -> None:
    with_tables = runpy.run_path(str(ROOT / "docs" / "keys.py"))["with_tables"]
    assert with_tables(PAGE) == PAGE, "python docs/keys.py writes them anew"


def test_every_section_of_a_scenario_has_an_example() -> None:
    shown = {line.split(":")[0] for example in EXAMPLES for line in example.splitlines() if re.match(r"\w", line)}
    assert set(sim.Scenario.model_fields) - {"name", "title", "about"} <= shown


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda text: text.split(":")[0])
def test_examples_load_on_top_of_the_campaign(example) -> None:
    base = sim.load(ROOT / "scenarios" / "1712-baseline-2019.yaml")
    text = example.replace("extends: 1712-baseline-2019.yaml\n", "").replace("examples/", f"{ROOT}/docs/examples/")
    tree = merge(read_text(dumps(base), "base"), read_text(text, "example"))
    scenario = sim.loads(write_text(tree.plain()))
    world = sim.draw_world(scenario, seed=1)
    assert len(sim.simulate(world, scenario.model.centre))


def test_folders_of_results_are_those_that_the_commands_make(tmp_path) -> None:
    campaign = sim.load(ROOT / "scenarios" / "als-je-eens-wist-2020.yaml")
    made = {
        sim.run(campaign, replications=1, out=tmp_path).folder.name,
        sim.plan(campaign).answer.name,
    }
    named = [re.findall(r"results/([\w-]+-[0-9a-f]{12})", page.read_text(encoding="utf-8")) for page in PAGES]
    assert made == {name for names in named for name in names}
