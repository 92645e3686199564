"""What is wrong with the files of a results folder: damaged, foreign, missing or changed since they were written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.errors import ResultsError, SimError
from sim.language.said import Said
from sim.results.store import CONTACTS, RESULTS_VERSION, TABLES, Store, identity, parts_of
from sim.scenario.load import load
from sim.scenario.trace import fingerprint

#: How the name of a folder ends that was not renamed.
_RUN = re.compile(r"(?<=-)[0-9a-f]{12}$")
#: So many files are named in one message.
_NAMED = 5


@dataclass(frozen=True)
class Fault:
    """A file of a results folder and what is wrong with it."""

    file: Path
    why: Said


@dataclass(frozen=True)
class Promise:
    """What the manifest of a folder says is in it: replications, and of how many of the first the contacts."""

    replications: int = 0
    contacts: int = 0


def examined(store: Store, seed: int) -> tuple[list[Fault], Promise]:
    """Faults of a folder that ``run`` is about to extend, and what its manifest promises.

    Parts that were not finished are no faults.
    """
    path = store.folder / "manifest.json"
    faults, promise = [], Promise()
    if path.exists():
        try:
            manifest = store.manifest()
            promise = _promise(manifest)
            if (manifest["hash"], manifest["seed"]) != (store.run, seed):
                raise ValueError("of another run")
            faults += _scenario_fault(store, manifest)
        except (ResultsError, KeyError, TypeError, ValueError):
            faults.append(Fault(path, Said("damage.manifest")))
            promise = Promise()
    return faults + _part_faults(store, promise), promise


def require_sound(store: Store) -> int:
    """The number of replications in a folder; ResultsError, with every file that is wrong, unless all are sound."""
    path = store.folder / "manifest.json"
    manifest: dict[str, Any] = {}
    try:
        manifest = store.manifest()
        if manifest.get("results_version") != RESULTS_VERSION:
            again = f"; make it again: {manifest['command']}" if manifest.get("command") else ""
            raise ResultsError(f"{store.folder}: was made by another version of this program{again}")
        promise = _promise(manifest)
        run, stated, seed = str(manifest["hash"]), str(manifest["result_hash"]), int(manifest["seed"])
        if run != (_RUN.search(store.folder.resolve().name) or [run])[0]:
            raise ValueError("of another run")
        faults = _scenario_fault(store, manifest)
    except (KeyError, TypeError, ValueError):
        raise _refusal(store, [Fault(path, Said("damage.manifest"))], manifest) from None
    faults = faults or _identity_fault(store, seed, run)
    faults += _part_faults(Store(store.folder, run), promise)
    if not faults and store.hash(promise.replications) != stated:
        faults = [Fault(path, Said("damage.result_hash"))]
    if faults:
        raise _refusal(store, faults, manifest)
    return promise.replications


def _promise(manifest: dict[str, Any]) -> Promise:
    found = Promise(int(manifest["replications"]), int(manifest["contacts"]))
    if not 0 <= found.contacts <= found.replications:
        raise ValueError("replications")
    return found


def _scenario_fault(store: Store, manifest: dict[str, Any]) -> list[Fault]:
    path = store.folder / "scenario.yaml"
    if not path.is_file():
        return [Fault(path, Said("damage.missing"))]
    return [] if fingerprint(path) == manifest["scenario_sha256"] else [Fault(path, Said("damage.edited"))]


def _identity_fault(store: Store, seed: int, run: str) -> list[Fault]:
    """Where the scenario, which is as it was written, is not that of the run: its log, or the manifest's seed."""
    try:
        if identity(load(store.folder / "scenario.yaml"), seed) == run:
            return []
    except SimError as error:
        return [Fault(store.folder / "scenario.yaml", Said("damage.unreadable", why=" ".join(str(error).split())))]
    return [Fault(store.folder / "manifest.json", Said("damage.other_scenario"))]


def _part_faults(store: Store, promise: Promise) -> list[Fault]:
    """Of promised parts, and of those whose files are there."""
    promised = parts_of(promise.replications)
    found = [
        (store.part(table, part), store.fault(table, part))
        for table in (*TABLES, CONTACTS)
        for part in dict.fromkeys([*promised, *store.parts(table)])
        if table != CONTACTS or part[0] < promise.contacts or store.part(table, part).exists()
    ]
    return [Fault(path, why) for path, why in found if why is not None]


def _refusal(store: Store, faults: list[Fault], manifest: dict[str, Any]) -> ResultsError:
    """One message: every file with what is wrong, and the command that makes them again."""
    named = tuple(
        Said("damage.of_file", file=str(fault.file.relative_to(store.folder)), why=fault.why)
        for fault in faults[:_NAMED]
    )
    more = (Said("damage.more", files=len(faults) - _NAMED),) if len(faults) > _NAMED else ()
    command = f" ({manifest['command']})" if manifest.get("command") else ""
    return ResultsError(Said("damage.refused", folder=str(store.folder), faults=named + more, command=command))
