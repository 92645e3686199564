"""Input that nobody means: tags, devices, line breaks, odd file names. One clear message, or an answer."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from single import single

import sim
from sim.language import language
from sim.language.mistakes import told_mistake
from sim.scenario.types import name_from

ROOT = Path(__file__).parent.parent
SMALL = (ROOT / "tests" / "small.yaml").read_text(encoding="utf-8")


def command(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sim.cli", *arguments], capture_output=True, text=True, check=False, timeout=120, **more
    )


TAGS = {
    "a bool that is none": ("5 min", "!!bool 15 min", "!!bool"),
    "an int that is none": ("5 min", "!!int 5 min", "!!int"),
    "a float of text": ('"5 min"', '!!float "5"', "!!float"),
    "null": ("5 min", "!!null 5 min", "!!null"),
    "a timestamp": ("5 min", "!!timestamp 5 min", "!!timestamp"),
    "binary": ("5 min", "!!binary aGVsbG8=", "!!binary"),
    "an unknown tag": ("5 min", "!minutes 5", "!minutes"),
    "an unknown tag of a mapping": ("{distribution: exponential, mean: 5 min}", "!law {mean: 5 min}", "!law"),
    "a set": ("{distribution: exponential, mean: 5 min}", "!!set {distribution, mean}", "!!set"),
    "an ordered mapping": ("{distribution: exponential, mean: 5 min}", "!!omap [mean: 5 min]", "!!omap"),
    "a Python object": ("5 min", "!!python/object:os.system x", "!!python/object:os.system"),
    "a tagged key": ("mean: 5 min", "!!bool mean: 5 min", "!!bool"),
}


@pytest.mark.parametrize("kind", TAGS)
def test_a_tag_is_one_mistake_at_its_place(kind) -> None:
    old, new, tag = TAGS[kind]
    text = SMALL.replace(old.strip('"'), new, 1)
    with pytest.raises(sim.ScenarioError) as found:
        sim.loads(text)
    (mistake,) = found.value.mistakes
    assert mistake.message == f"the tag {tag} is not allowed; write the value without it"
    assert text.splitlines()[mistake.place.line - 1][mistake.place.column - 1 :].startswith(new.split()[0])
    assert told_mistake(mistake.message, language("nl")).startswith(f"de tag {tag} is niet toegestaan")


def test_a_tag_that_changes_nothing_is_no_mistake() -> None:
    assert sim.loads(SMALL.replace("lines: {phone: 1}", "lines: {phone: !!int 1}")) == sim.loads(SMALL)
    assert sim.loads(SMALL.replace("here: 20", "!!str 1: 20")).provinces[0] == "1"


def test_the_command_says_one_line_and_ends_with_3(tmp_path) -> None:
    path = tmp_path / "tagged.yaml"
    path.write_text(SMALL.replace("5 min", "!!bool 5 min"), encoding="utf-8")
    done = command("check", str(path))
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (3, "", 1)


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no such device here")
def test_an_endless_file_is_read_up_to_a_limit() -> None:
    with pytest.raises(sim.ScenarioError, match="is larger than 1 MB"):
        sim.load("/dev/zero")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
@pytest.mark.parametrize("counted", ["offered", "answered"])
def test_a_pipe_is_a_file(tmp_path, counted) -> None:
    text = SMALL.replace("contacts: 40", f"contacts: 20\n  counted: {counted}")
    pipe = tmp_path / "pipe.yaml"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(text,))
    writer.start()
    found = sim.load(pipe)
    writer.join()
    assert found.demand == sim.loads(text).demand


@pytest.mark.parametrize(
    "setting", ["lines.phone=2\nattempts: 3", "lines.phone=2\r\n3", "lines.phone\n=2", "title=a\x0bb"]
)
def test_a_setting_of_two_lines_is_refused(tmp_path, setting) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    with pytest.raises(sim.ScenarioError) as found:
        sim.load(path, [setting])
    (line,) = str(found.value).splitlines()
    assert line.endswith("has a line break; a setting is one line, one value")


def test_a_line_break_at_the_end_of_a_setting_means_nothing(tmp_path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert sim.load(path, ["lines.phone=2\n"]) == sim.load(path, ["lines.phone=2"])


@pytest.mark.parametrize("width", ["0pp", "0%", "0.0pp"])
def test_an_interval_of_no_width_is_refused(width) -> None:
    with pytest.raises(sim.SimError, match=r"takes endless replications; write 0\.5pp"):
        sim.run(single(), precision={"abandonment": width}, out=None)


def test_names_are_made_of_file_names() -> None:
    assert name_from("mijn scenario é") == "mijn-scenario-e"
    assert name_from("  .Łódź (2024), v1.2  ") == "odz-2024-v1.2"
    assert name_from("日本", "Hulplijn Japan") == "Hulplijn-Japan"
    assert name_from("日本", "") == "scenario"
    assert len(name_from("x" * 300)) == 80


def test_a_file_name_with_spaces_and_accents_runs(tmp_path) -> None:
    folder = tmp_path / "één map"
    folder.mkdir()
    (folder / "mijn scenario é.yaml").write_text(SMALL, encoding="utf-8")
    (folder / "plan à l'été.yaml").write_text("extends: mijn scenario é.yaml\nlines: {phone: 2}\n", encoding="utf-8")
    files = [str(folder / name) for name in ("mijn scenario é.yaml", "plan à l'été.yaml")]
    more = ["-n", "2", "--no-figures", "--out", str(folder / "mijn uitkomsten")]
    done = command("run", files[0], "--engine", "simpy", "--quiet", *more)
    assert (done.returncode, done.stderr) == (0, "")
    made = Path(done.stdout.strip())
    assert made.name.startswith("mijn-scenario-e-")
    done = command("compare", *files, "--no-assumptions", *more)
    assert done.returncode == 0, done.stderr
    assert "plan à l'été" in done.stdout
    done = command("report", str(made), "--out", str(folder / "verslag é.html"))
    assert done.returncode == 0, done.stderr


def test_measures_that_there_are_not_get_the_nearest(tmp_path) -> None:
    result = sim.run(sim.loads(SMALL), replications=2, engine="simpy", out=tmp_path)
    for wrong, words in (
        ({"measure": "abandonmnt"}, "'abandonmnt' is not a measure. Did you mean 'abandonment'?"),
        ({"measure": "loss", "kind": "chanel"}, "'chanel' is not a kind of scope. Did you mean 'channel'?"),
        ({"measure": "loss", "kind": "channel", "name": "fone"}, "there is no channel 'fone'. Did you mean 'phone'?"),
        ({"measure": "wait_p50_called_back"}, "wait_p50_called_back of all 'all': there was no such contact"),
        ({"measure": "staffed", "kind": "province", "name": "here"}, "staffed is not measured of province 'here'"),
    ):
        with pytest.raises(KeyError) as found:
            result.estimate(**wrong)
        assert isinstance(found.value, sim.SimError)
        assert str(found.value).startswith(words)


def test_keywords_stand_for_names_with_other_signs() -> None:
    text = SMALL.replace("{here: 20, there: 20}", "{oost-vlaanderen: 20, tyne and wear: 20}")
    text = text.replace("hours: always,", "hours: always, queue: per province,")
    scenario = sim.loads(text.replace("{phone: 1}", "{oost-vlaanderen: 1, tyne and wear: 1}"))
    changed = scenario.replace(lines__oost_vlaanderen=2, lines__tyne_and_wear=np.int64(3), attempts=2)
    assert [changed.model.most_lines(name) for name in changed.lines] == [2, 3]
    assert changed.attempts.value == 2
    assert changed == scenario.with_settings(["lines.oost-vlaanderen=2", "lines.tyne and wear=3", "attempts=2"])


@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"lines__phon": 2}, "replace(lines__phon=2): lines.phon: 'phon' is not a province or shared channel"),
        ({"attempts": "none"}, "replace(attempts='none'): attempts: 'none' is not a whole number of attempts"),
        ({"attempts": None}, "replace(attempts=None): attempts: nothing is not a whole number of attempts"),
    ],
)
def test_mistakes_in_keywords_name_the_keyword(keywords, words) -> None:
    with pytest.raises(sim.ScenarioError) as found:
        sim.loads(SMALL).replace(**keywords)
    assert str(found.value).startswith(words)


def test_names_with_dots_can_be_set() -> None:
    scenario = sim.loads(SMALL.replace("lines: {phone: 1}", "lines: {St. Gallen 1.2: {count: 1, serves: phone}}"))
    assert scenario.with_settings(["lines.St. Gallen 1.2.count=4"]).model.most_lines("St. Gallen 1.2") == 4


def test_the_module_lists_its_api_and_guesses() -> None:
    assert dir(sim) == sorted(sim.__all__)
    assert all(getattr(sim, name) for name in dir(sim))
    with pytest.raises(AttributeError, match=r"Did you mean 'compare'\?"):
        sim.comparee  # noqa: B018


def test_lines_that_are_never_there_have_no_utilisation(tmp_path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.replace("{phone: 1}", "{phone: 0}"), encoding="utf-8")
    done = command("check", str(path), cwd=ROOT)
    assert done.returncode == 0
    assert "inf" not in done.stdout


def test_mistakes_on_the_page_name_what_is_set_in_words() -> None:
    pytest.importorskip("nicegui", reason="the page's package is not installed")
    from sim.app.words import trouble

    with pytest.raises(sim.ScenarioError) as found:
        sim.loads(SMALL).replace(handling__phone__conversation__mean="0 s")
    said = trouble(found.value, language("nl"))
    assert "Gemiddelde gespreksduur (telefoon)" in said
    assert "handling.phone" not in said


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("lines: {phone: 1}", "lines: {value: 1}", "lines.value"),
        ("by_province: {here: 20, there: 20}", "by_province: {value: {value: 1}}", "demand.by_province.value"),
        ("lines: {phone: 1}", "lines: {phone: 1, value: {count: 1, serves: phone}}", "lines.value"),
    ],
)
def test_names_that_files_cannot_tell_from_their_words(old, new, path) -> None:
    assert old in SMALL
    with pytest.raises(sim.ScenarioError) as found:
        sim.loads(SMALL.replace(old, new))
    said = [one for one in found.value.mistakes if "is a word of scenario files; use another name" in one.message]
    assert [one.path for one in said] == [path]
    assert told_mistake(said[0].message, language("nl")).startswith("'value' is een woord")


def test_a_channel_named_value_is_refused() -> None:
    text = SMALL.replace("  phone: {hours", "  value: {hours").replace("{phone: 100 %}", "{phone: 50 %, chat: 50 %}")
    with pytest.raises(sim.ScenarioError, match="'value' is a word of scenario files"):
        sim.loads(text)
