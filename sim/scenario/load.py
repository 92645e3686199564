"""A scenario file in, a typed scenario out, or everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.errors import Place, ScenarioError
from sim.scenario.answered import (
    Finder,
    People,
    counts_answered,
    not_searched,
    people_behind,
    restated,
    same_statement,
    with_people,
)
from sim.scenario.scenario import Scenario
from sim.scenario.settings import Written, apply_settings, place_of, read_with_parents
from sim.scenario.source import Located, located, read_file, read_text
from sim.scenario.types import Words, name_from
from sim.scenario.validate import checked, validated

#: Where a mistake is that is no mistake of the file: no people explain its contacts.
_CONTACTS = "demand.contacts"


def load(
    path: str | Path,
    settings: Sequence[str] = (),
    *,
    written: Written = place_of,
    find: Finder[Scenario] = not_searched,
) -> Scenario:
    """The scenario in the file at ``path`` with ``path=value`` settings; ScenarioError names all mistakes.

    ``written`` says where a setting was written; ``find`` finds the people behind answered contacts.
    """
    path = Path(path)
    tree = _read(path)
    if counts_answered(tree) and not restated(settings):
        tree = with_people(tree, _people(path, tree, find))
    return validated(apply_settings(tree, list(settings), written), Scenario, find)


def _read(path: Path) -> Located:
    """The tree of a file over its parents, with a name: the file's, since plans may inherit their title."""
    tree = read_with_parents(path)
    if "name" not in tree.value:
        title = _title(tree)
        tree.value["name"] = located(name_from(path.stem, title), Place(str(path)))
    return tree


def _title(tree: Located) -> str:
    """The title, in English or in the first language that it is written in; '' where there is none to read."""
    try:
        return str(Words.parse(tree.value["title"].plain()))
    except (KeyError, ValueError):
        return ""


def _people(path: Path, tree: Located, find: Finder[Scenario]) -> People:
    """People behind the answered contacts of a file, of the helpline as the file has it that states them.

    A file laid over it, such as a plan with more lines, meets the same people.
    """
    # A pipe is read only once; it extends no file.
    parent = read_file(path).value.get("extends") if path.is_file() else None
    if parent is not None:
        above = path.parent / str(parent.value)
        base = _read(above)
        if same_statement(tree, base):
            try:
                return _people(above, base, find)
            except ScenarioError as error:
                if all(mistake.path == _CONTACTS for mistake in error.mistakes):
                    raise
                # The parent is no scenario of its own; this file is the first that is.
    return people_behind(checked(tree, Scenario), tree, find)


def loads(text: str, *, name: str = "scenario", find: Finder[Scenario] = not_searched) -> Scenario:
    """The scenario in YAML text; ``name`` stands for the file in messages, ``find`` is as for ``load``."""
    return validated(read_text(text, name), Scenario, find)


def json_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors.

    Sections need not be complete, since a file may extend another; ``sim check`` knows what is missing.
    """
    schema = Scenario.model_json_schema(mode="validation")
    for name, definition in [("Scenario", schema), *schema["$defs"].items()]:
        if not name.endswith(("Law", "Wave")):
            definition.pop("required", None)
    schema["properties"]["extends"] = {"type": "string", "description": "file that this one is laid over"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Scenario of a helpline"}
