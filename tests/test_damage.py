"""Every kind of damage to a results folder is named by `report` and by `run`, which makes the same result again."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import sim
import sim.cli.commands
from sim.errors import ResultsError
from sim.language import CODES, language
from sim.language.said import told
from sim.report.write import write_report
from sim.results.damage import require_sound
from sim.results.hashes import _ORDER, values_hash
from sim.results.store import Store

SMALL = Path(__file__).parent / "small.yaml"
#: Contacts of 30 of 75 replications are kept: two files of contacts, the second one of five replications.
REPLICATIONS, CONTACTS = 75, 30
FIRST, SECOND, LAST = (f"{first:09d}-{last:09d}.parquet" for first, last in ((0, 24), (25, 49), (50, 74)))


def run(folder: Path, *, seed: int = 1, scenario: sim.Scenario | None = None, **options: Any) -> sim.Result:
    usual = {"replications": REPLICATIONS, "keep_contacts": CONTACTS, "command": "sim run small.yaml"} | options
    return sim.run(scenario or sim.load(SMALL), seed=seed, engine="simpy", workers=1, out=folder, **usual)


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> sim.Result:
    return run(tmp_path_factory.mktemp("sound"))


@pytest.fixture(scope="module")
def other_seed(tmp_path_factory) -> Path:
    return run(tmp_path_factory.mktemp("seed"), seed=2).folder


@pytest.fixture(scope="module")
def other_scenario(tmp_path_factory) -> Path:
    return run(tmp_path_factory.mktemp("scenario"), scenario=sim.load(SMALL, ["lines.phone=3"])).folder


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def flip(path: Path, at: float) -> None:
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1
    path.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)


def replaced(path: Path, old: str, new: str) -> None:
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def in_manifest(folder: Path, **changes: object) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def written_by_another_program(path: Path) -> None:
    table = Store(path.parent).sql(f"SELECT * FROM read_parquet('{path}')")
    columns = {name: np.ma.getdata(column) for name, column in table.items()}
    path.unlink()
    Store(path.parent).sql(f"COPY (SELECT * FROM rows) TO '{path}' (FORMAT parquet)", rows=columns)


def copied(folder: Path, other: Path, *names: str) -> None:
    for name in names:
        shutil.copy(other / name, folder / name)


def of_part(part: str) -> list[str]:
    return [f"{table}/{part}" for table in ("measures", "moments", "waits")]


EVERY = [*of_part(FIRST), *of_part(SECOND), *of_part(LAST), f"contacts/{FIRST}", f"contacts/{SECOND}"]
#: Name: what is done to a folder, given another seed's and another scenario's, and the files that are to be named.
DAMAGES: dict[str, tuple[Callable[[Path, Path, Path], object], list[str]]] = {
    "a part cut short": (lambda f, *_: cut(f / "measures" / SECOND), [f"measures/{SECOND}"]),
    "an empty part": (lambda f, *_: (f / "waits" / LAST).write_bytes(b""), [f"waits/{LAST}"]),
    "a bit turned in the values": (lambda f, *_: flip(f / "contacts" / FIRST, 0.4), [f"contacts/{FIRST}"]),
    "a bit turned near the end": (lambda f, *_: flip(f / "moments" / FIRST, 0.99), [f"moments/{FIRST}"]),
    "a bit turned in the first byte": (lambda f, *_: flip(f / "moments" / FIRST, 0), [f"moments/{FIRST}"]),
    "bytes added to a part": (
        lambda f, *_: (f / "waits" / FIRST).write_bytes((f / "waits" / FIRST).read_bytes() + b"more"),
        [f"waits/{FIRST}"],
    ),
    "text in place of a part": (lambda f, *_: (f / "measures" / LAST).write_text("replication"), [f"measures/{LAST}"]),
    "measures gone": (lambda f, *_: (f / "measures" / SECOND).unlink(), [f"measures/{SECOND}"]),
    "the last measures gone": (lambda f, *_: (f / "measures" / LAST).unlink(), [f"measures/{LAST}"]),
    "moments gone": (lambda f, *_: (f / "moments" / SECOND).unlink(), [f"moments/{SECOND}"]),
    "waits gone": (lambda f, *_: (f / "waits" / FIRST).unlink(), [f"waits/{FIRST}"]),
    "contacts gone": (lambda f, *_: (f / "contacts" / SECOND).unlink(), [f"contacts/{SECOND}"]),
    "a folder of parts gone": (
        lambda f, *_: shutil.rmtree(f / "moments"),
        [f"moments/{part}" for part in (FIRST, SECOND, LAST)],
    ),
    "a link to nothing": (
        lambda f, *_: ((f / "waits" / LAST).unlink(), (f / "waits" / LAST).symlink_to("nowhere")),
        [f"waits/{LAST}"],
    ),
    "two parts swapped": (
        lambda f, *_: swap(f / "measures" / FIRST, f / "measures" / SECOND),
        [f"measures/{FIRST}", f"measures/{SECOND}"],
    ),
    "a part twice": (lambda f, *_: shutil.copy(f / "waits" / FIRST, f / "waits" / LAST), [f"waits/{LAST}"]),
    "a table under another's name": (
        lambda f, *_: shutil.copy(f / "waits" / FIRST, f / "moments" / FIRST),
        [f"moments/{FIRST}"],
    ),
    "a part of another seed": (lambda f, seed, _: copied(f, seed, f"measures/{LAST}"), [f"measures/{LAST}"]),
    "all files of a part from another seed": (lambda f, seed, _: copied(f, seed, *of_part(SECOND)), of_part(SECOND)),
    "a part of another scenario": (lambda f, _, other: copied(f, other, f"waits/{FIRST}"), [f"waits/{FIRST}"]),
    "every part of another seed": (lambda f, seed, _: copied(f, seed, *EVERY), EVERY),
    "a part without a mark": (lambda f, *_: written_by_another_program(f / "moments" / LAST), [f"moments/{LAST}"]),
    "the scenario edited": (
        lambda f, *_: replaced(f / "scenario.yaml", "waiting_places: 9", "waiting_places: 8"),
        ["scenario.yaml"],
    ),
    "a comment in the scenario": (
        lambda f, *_: (f / "scenario.yaml").write_text((f / "scenario.yaml").read_text() + "# mine\n"),
        ["scenario.yaml"],
    ),
    "the scenario gone": (lambda f, *_: (f / "scenario.yaml").unlink(), ["scenario.yaml"]),
    "the scenario is no YAML": (lambda f, *_: (f / "scenario.yaml").write_bytes(b"\xff: ["), ["scenario.yaml"]),
    "the manifest cut short": (lambda f, *_: cut(f / "manifest.json"), ["manifest.json"]),
    "a list in place of the manifest": (lambda f, *_: (f / "manifest.json").write_text("[]"), ["manifest.json"]),
    "the manifest of another seed": (lambda f, seed, _: copied(f, seed, "manifest.json"), ["manifest.json"]),
    "another seed in the manifest": (lambda f, *_: in_manifest(f, seed=2), ["manifest.json"]),
    "another run in the manifest": (lambda f, *_: in_manifest(f, hash="0" * 12), ["manifest.json"]),
    "no number in the manifest": (lambda f, *_: in_manifest(f, replications="many"), ["manifest.json"]),
    "fewer replications in the manifest": (lambda f, *_: in_manifest(f, replications=50), ["manifest.json"]),
    "another result hash in the manifest": (lambda f, *_: in_manifest(f, result_hash="0" * 64), ["manifest.json"]),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_named_and_repaired(name, sound, other_seed, other_scenario, tmp_path) -> None:
    folder = tmp_path / sound.folder.name
    shutil.copytree(sound.folder, folder)
    assert require_sound(Store(folder)) == REPLICATIONS
    damage, files = DAMAGES[name]
    damage(folder, other_seed, other_scenario)
    with pytest.raises(ResultsError) as refused:
        write_report(folder)
    text = str(refused.value)
    named = set(re.findall(r"(?:measures|moments|waits|contacts)/[\d-]+\.parquet|scenario\.yaml|manifest\.json", text))
    assert named <= set(files)
    assert len(named) == min(len(files), 5)
    assert f"{len(files) - 5} more files" in text or len(files) <= 5
    assert "un the same command again" in text
    heard: list[str] = []
    again = run(tmp_path, say=heard.append)
    assert again.folder == folder
    assert again.hash() == sound.hash()
    # A manifest that is wrong in what `run` works out anew is written anew.
    if name not in ("another result hash in the manifest", "fewer replications in the manifest"):
        assert sum("made anew" in one for one in heard) == len(files)
        assert all(any(name in one for one in heard) for name in files)
    assert require_sound(Store(folder)) == REPLICATIONS
    assert json.loads((folder / "manifest.json").read_text())["result_hash"] == sound.hash()


def test_a_directory_in_place_of_a_part_is_named(sound, tmp_path) -> None:
    folder = tmp_path / sound.folder.name
    shutil.copytree(sound.folder, folder)
    (folder / "waits" / FIRST).unlink()
    (folder / "waits" / FIRST).mkdir()
    with pytest.raises(ResultsError, match=f"waits/{FIRST} cannot be read"):
        write_report(folder)
    with pytest.raises(ResultsError, match=f"waits/{FIRST}: "):
        run(tmp_path)


def test_contacts_that_were_kept_are_made_again_by_a_run_that_keeps_none(sound, tmp_path) -> None:
    folder = tmp_path / sound.folder.name
    shutil.copytree(sound.folder, folder)
    flip(folder / "contacts" / SECOND, 0.5)
    flip(folder / "measures" / LAST, 0.5)
    assert run(tmp_path, replications=30, keep_contacts=0).replications == 30
    assert require_sound(Store(folder)) == REPLICATIONS
    assert json.loads((folder / "manifest.json").read_text())["result_hash"] == sound.hash()


def test_contacts_kept_of_part_of_a_part_are_completed(tmp_path) -> None:
    more = run(tmp_path / "more", keep_contacts=50)
    first = run(tmp_path / "first", keep_contacts=30)
    assert sorted(set(first.contacts["replication"])) == list(range(30))
    second = run(tmp_path / "first", keep_contacts=50)
    assert sorted(set(second.contacts["replication"])) == list(range(50))
    assert second.hash() == more.hash()


def test_a_call_log_that_was_changed_is_named(tmp_path) -> None:
    rows = "phone,here,2021-03-01 10:00:00,a\nphone,there,2021-03-02 09:30:00,b\n"
    (tmp_path / "log.csv").write_text("channel,province,arrival,caller\n" + rows)
    text = SMALL.read_text().replace("demand:\n", "trace: {file: log.csv}\ndemand:\n", 1)
    (tmp_path / "logged.yaml").write_text(text)
    result = run(tmp_path / "out", scenario=sim.load(tmp_path / "logged.yaml"), replications=3)
    log = result.folder / "trace.csv"
    log.write_text(log.read_text().replace("10:00", "11:00"))
    with pytest.raises(ResultsError, match="log"):
        write_report(result.folder)


def test_hashes_of_values_are_those_of_what_is_read_back(sound) -> None:
    store = sound.store
    for table in _ORDER:
        for part in store.kept(table, REPLICATIONS):
            assert values_hash(table, part, store.part_columns(table, part)) == store.mark(table, part).values


def test_the_refusal_is_in_the_readers_language(sound, tmp_path) -> None:
    shutil.copytree(sound.folder, tmp_path / "copy")
    cut(tmp_path / "copy" / "measures" / FIRST)
    with pytest.raises(ResultsError) as refused:
        write_report(tmp_path / "copy")
    texts = {code: told(refused.value.args[0], language(code)) for code in CODES}
    assert "these results cannot be trusted" in texts["en"]
    assert "niet betrouwbaar" in texts["nl"]
    assert all(f"measures/{FIRST}" in text and "sim run small.yaml" in text for text in texts.values())


def test_files_are_on_the_disk_before_they_have_their_name(tmp_path, monkeypatch) -> None:
    events: list[tuple[str, str]] = []
    real_sync, real_replace = os.fsync, Path.replace

    def sync(descriptor: int) -> None:
        events.append(("sync", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        real_sync(descriptor)

    def replace(self: Path, target: Path) -> Path:
        events.append(("name", self.name))
        return real_replace(self, target)

    if not Path("/proc/self/fd").exists():
        pytest.skip("there is no /proc")
    monkeypatch.setattr("os.fsync", sync)
    monkeypatch.setattr(Path, "replace", replace)
    folder = run(tmp_path, replications=3).folder
    named = [number for number, (what, _) in enumerate(events) if what == "name"]
    assert len(named) >= 6  # four tables, the scenario and the manifest
    for number in named:
        assert events[number - 1] == ("sync", events[number][1])
        assert events[number + 1][0] == "sync"  # of the folder
    assert CliRunner().invoke(sim.cli.commands.cli, ["report", str(folder)]).exit_code == 0
