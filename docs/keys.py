"""The keys of a scenario file as tables, from its schema: ``docs/scenario.md`` is kept true with them.

python docs/keys.py [docs/scenario.md]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sim.scenario.load import json_schema
from sim.scenario.types import Duration
from sim.units import DURATION_HELP, HOURS_HELP, format_duration

_MARK = re.compile(r"(<!-- keys of ([\w, ]+) -->\n).*?(<!-- end of keys -->)", re.DOTALL)
_NUMBERS = {"integer": "a whole number", "number": "a number", "boolean": "`true` or `false`"}
Schema = dict[str, Any]
#: Kinds of values by the help that the schema gives with them; the page explains them once.
_SHORT = {
    DURATION_HELP: "a duration",
    HOURS_HELP: "hours",
    "a share, 0 % to 100 %": "a share",
    "a whole percentage, 1 % to 100 %": "a whole percentage",
    "a percentage, which may be over 100 %": "a percentage",
    "a change in percent, such as +76 % or -10 %": "a change",
    "a change in percent that leaves something, such as +10 % or -10 %": "a change",
}
#: The kind of a key with a block below it.
_OWN = "keys of its own"
_DURATION = TypeAdapter(Duration).json_schema()["pattern"]


def with_tables(text: str) -> str:
    """Markdown text with a fresh table between each pair of ``keys of Block`` and ``end of keys``."""
    schema = json_schema()
    definitions = {**schema["$defs"], "Scenario": schema}

    def fresh(match: re.Match[str]) -> str:
        blocks = [name.strip() for name in match[2].split(",")]
        rows = [row for block in blocks for row in _rows(_object(definitions[block]), definitions, block != "Scenario")]
        table = ["| key | what is written | without it | what it says |", "| --- | --- | --- | --- |"]
        table += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in dict.fromkeys(rows)]
        return match[1] + "\n".join(table) + "\n" + match[3]

    return _MARK.sub(fresh, text)


def _rows(
    block: Schema, definitions: dict[str, Schema], deep: bool, above: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Key, kind, default and meaning of every key; ``deep``: those of blocks within too, by their path."""
    for key, item in block["properties"].items():
        kind, description = _kind(item, definitions), str(item.get("description", ""))
        yield f"`{above}{key}`", kind, _default(item.get("default"), kind), "" if description in _SHORT else description
        inside = re.findall(r"#/\$defs/([A-Z]\w+)", str(item)) if _OWN in kind and deep else []
        step = "[]" if kind.startswith("a list") else ".*" if kind.startswith("names") else ""
        for name in inside[:1]:
            yield from _rows(_object(definitions[name]), definitions, deep, f"{above}{key}{step}.")


def _default(value: Any, kind: str) -> str:
    """What holds where nothing is written; sections tell their own defaults in their own table."""
    if value is None or isinstance(value, (dict, list)) or value == "":
        return ""
    if kind == "a duration" and isinstance(value, int):
        return f"`{format_duration(value)}`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _object(schema: Schema) -> Schema:
    """The mapping form of a block that may be written bare too."""
    found: Schema = schema if "properties" in schema else schema["then"]
    return found


def _kind(item: Schema, definitions: dict[str, Schema]) -> str:
    """What may be written, in words; ° marks values that may say where they come from."""
    if "$ref" in item:
        name = item["$ref"].rsplit("/", 1)[1]
        return _of_definition(name, definitions[name], definitions)
    if "oneOf" in item or "discriminator" in item:
        if "Law" in str(item):
            return "a [distribution](#distributions)"
        if "Wave" in str(item) or "surge" in str(item):
            return "waves, see above"
        return " or ".join(dict.fromkeys(_kind(part, definitions) for part in item["oneOf"]))
    if "anyOf" in item:
        some = [_kind(part, definitions) for part in item["anyOf"] if part.get("type") != "null"]
        return " or ".join(dict.fromkeys(some))
    if "enum" in item:
        return " or ".join(f"`{value}`" for value in item["enum"])
    if "const" in item:
        return f"`{item['const']}`"
    if item.get("type") == "array":
        return "a list of: " + _kind(item.get("items", {}), definitions)
    if item.get("type") == "object":
        inside = item.get("additionalProperties")
        names = "days" if item.get("propertyNames", {}).get("format") == "date" else "names"
        return f"{names} with: " + _kind(inside, definitions) if isinstance(inside, dict) else "a mapping"
    return _simple(item)


def _of_definition(name: str, found: Schema, definitions: dict[str, Schema]) -> str:
    if "DayProfile" in name:
        return "`flat`, or weights by hour or clock time °"
    if "anyOf" in found:  # a value, bare or with its source
        return _kind(found["anyOf"][0], definitions) + " °"
    named = {"Shares": "shares by name", "StatedHours": "hours °"}
    return named.get(name, _OWN)


def _simple(item: Schema) -> str:
    if item.get("pattern") == _DURATION:
        return "a duration"
    if item.get("description") in _SHORT:
        return _SHORT[str(item["description"])]
    kind = str(item.get("type", "text"))
    if kind in _NUMBERS:
        ends = [f"{item[end]:g}" if end in item else "" for end in ("minimum", "maximum")]
        span = f", {ends[0]} to {ends[1]}" if all(ends) else f", {ends[0]} or more" if ends[0] else ""
        return _NUMBERS[kind] + span
    if item.get("format") == "date":
        return "a day, `2020-02-28`"
    if "%" in item.get("pattern", ""):
        return "a share"
    return "a moment, `2020-02-11 20:30`" if "T" in item.get("pattern", "") else "text"


if __name__ == "__main__":
    page = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/scenario.md")
    page.write_text(with_tables(page.read_text(encoding="utf-8")), encoding="utf-8")
