"""Replications of one scenario on all cores, kept part by part."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sim.engines import ENGINES
from sim.errors import SimError
from sim.results import Result
from sim.scenario.load import dumps
from sim.scenario.model import Scenario
from sim.store import Part, Store
from sim.studies.parts import Job, simulate_part
from sim.studies.workers import finished

Progress = Callable[[int, int], None]


class Interrupted(SimError):
    """A run was stopped; ``result`` holds what had been finished, None if nothing."""

    def __init__(self, kept: int, wanted: int, result: Result | None) -> None:
        super().__init__(f"stopped: {kept:,} of {wanted:,} replications are finished and kept")
        self.result = result


def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = "simpy",
    workers: int | None = None,
    out: str | Path = "results",
    keep_contacts: int = 100,
    progress: Progress | None = None,
    command: str = "",
) -> Result:
    """Simulate what is missing of ``replications`` and return all of it.

    ``replications`` and ``seed`` default to the scenario's. Contacts are kept of the first ``keep_contacts``
    replications. ``progress`` is told (done, wanted). Interrupted on Ctrl-C; what is finished stays.
    """
    wanted = scenario.experiment.replications if replications is None else replications
    seed = scenario.experiment.seed if seed is None else seed
    if wanted < 1 or seed < 0 or (workers is not None and workers < 1) or keep_contacts < 0:
        raise ValueError("replications and workers must be at least 1, seed and keep_contacts at least 0")
    if engine not in ENGINES:
        raise ValueError(f"{engine!r} is not an engine; there are {', '.join(ENGINES)}")
    store = Store.for_scenario(scenario, seed=seed, out=Path(out))
    job = Job(dumps(scenario), seed, engine, str(store.folder), keep_contacts)
    parts = store.missing(wanted)
    done = wanted - sum(map(_size, parts))
    tell = progress or (lambda _done, _wanted: None)
    tell(done, wanted)
    try:
        for part in finished(simulate_part, job, parts, workers=workers, threads=engine == "compiled"):
            done += _size(part)
            tell(done, wanted)
    except KeyboardInterrupt:
        kept = store.replications()
        store.write_manifest(scenario, seed=seed, engine=engine, command=command)
        result = Result(store.folder, replications=min(kept, wanted)) if kept else None
        raise Interrupted(wanted - sum(map(_size, store.missing(wanted))), wanted, result) from None
    store.write_manifest(scenario, seed=seed, engine=engine, command=command)
    return Result(store.folder, replications=wanted)


def _size(part: Part) -> int:
    return part[1] - part[0] + 1
