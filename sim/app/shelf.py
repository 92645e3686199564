"""The scenarios that may be chosen: those shipped, those in the folder of the command, and those uploaded."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sim.app.controls import Part, Refused, check_size
from sim.app.controls_all import parts_of
from sim.app.limits import MOST_UPLOADS
from sim.errors import ScenarioError
from sim.scenario.scenario import Scenario
from sim.scenario.source import read_text
from sim.scenario.types import Words
from sim.studies.load import load, loads

_SHIPPED = Path(__file__).parents[2] / "scenarios"
_UPLOADED = "upload-"
#: Shown first where it is there.
_FAVOURITE = "als-je-eens-wist-2020"
#: What a YAML file has that is meant to be a scenario.
_SIGNS = ("period:", "extends:")


@dataclass(frozen=True)
class Entry:
    """A scenario under the name by which links choose it, and what may be changed in it."""

    name: str
    scenario: Scenario
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, name: str, scenario: Scenario) -> Entry:
        """Refused where it is too large for this page."""
        check_size(scenario)
        return cls(name, scenario, parts_of(scenario))

    def title(self, code: str) -> str:
        """How it is shown in a language."""
        return Words.parse(self.scenario.title).told(code) or self.name

    @property
    def uploaded(self) -> bool:
        """Whether only this running program knows it."""
        return self.name.startswith(_UPLOADED)


class Shelf:
    """Scenarios by name. A file is read when it is first chosen, and again once it has changed."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.stem: path for path in _candidates(folder)}
        self._read: dict[str, tuple[int, Entry]] = {}
        self._uploads: OrderedDict[str, Entry] = OrderedDict()
        self._lock = Lock()

    def names(self) -> list[str]:
        """Of the files, the favourite first."""
        return sorted(self._files, key=lambda name: (name != _FAVOURITE, name))

    def titles(self, code: str) -> dict[str, str]:
        """Of the files by their names in a language."""
        return {name: _title(self._files[name]).told(code) or name for name in self.names()}

    def entry(self, name: str) -> Entry:
        """The scenario of that name; Refused where there is none, ScenarioError where its file has mistakes.

        Names are never paths: only files that were found at the start are read.
        """
        path = self._files.get(name)
        if path is not None:
            changed = path.stat().st_mtime_ns if path.exists() else 0
            with self._lock:
                if name not in self._read or self._read[name][0] != changed:
                    self._read[name] = changed, Entry.of(name, load(path))
                return self._read[name][1]
        with self._lock:
            found = self._uploads.get(name)
        if found is None:
            key = "app.refused_upload_gone" if name.startswith(_UPLOADED) else "app.refused_scenario"
            raise Refused(key, name=name[:60])
        return found

    def upload(self, text: str) -> Entry:
        """Keep a scenario that was uploaded; ScenarioError or Refused where it cannot be used."""
        tree = read_text(text, "upload").value
        for key in ("trace", "extends"):
            # Either would make this program read files that only its user should choose.
            if key in tree:
                raise Refused("app.refused_reads", key=key)
        name = f"{_UPLOADED}{secrets.token_urlsafe(9)}"
        entry = Entry.of(name, loads(text, name="upload"))
        with self._lock:
            self._uploads[name] = entry
            while len(self._uploads) > MOST_UPLOADS:
                self._uploads.popitem(last=False)
        return entry


def _candidates(folder: Path) -> Iterator[Path]:
    """Files that are meant to be scenarios; a later one takes the place of an earlier one of its name."""
    for where in (_SHIPPED, folder / "scenarios", folder):
        for path in sorted(where.glob("*.y*ml")):
            try:
                text = path.read_text(encoding="utf-8") if path.stat().st_size < 2_000_000 else ""
            except (OSError, UnicodeDecodeError):
                continue
            if any(line.startswith(_SIGNS) for line in text.splitlines()):
                yield path


def _title(path: Path) -> Words:
    """What the file says under ``title``, without reading all of it."""
    try:
        found = re.search(r"^title:.*\n(?:[ \t]+.*\n)*", path.read_text(encoding="utf-8"), re.MULTILINE)
        return Words.parse(read_text(found[0], path.name).plain()["title"]) if found else Words()
    except (OSError, ValueError, ScenarioError):
        return Words()
