"""How results were made: seed, versions, replications, and the command that makes them again."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sim.language import Language
from sim.results.result import Result

#: What of a manifest is shown, in order.
_SHOWN = ("scenario", "seed", "engine", "command", "results_version", "hash", "result_hash")


def made(result: Result, say: Language) -> list[tuple[str, str]]:
    """Name and value of everything that is needed to make the results again."""
    manifest = result.store.manifest()
    rows = [(say(f"made.{name}"), str(manifest[name])) for name in _SHOWN if manifest.get(name) not in (None, "")]
    versions = ", ".join(f"{name} {number}" for name, number in manifest.get("versions", {}).items())
    rows.insert(2, (say("made.replications"), say.number(result.replications)))
    rows += [(say("made.versions"), versions), (say("made.written"), written(manifest, say))]
    return rows


def written(manifest: dict[str, Any], say: Language) -> str:
    """When the results were written."""
    try:
        at = dt.datetime.fromisoformat(str(manifest.get("written", "")))
    except ValueError:
        return ""
    return f"{say.moment(at)} UTC"
