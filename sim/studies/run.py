"""Replications of one scenario on all cores, kept part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import groupby
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from weakref import finalize

from sim.errors import SimError
from sim.language.said import Said
from sim.results.damage import examined
from sim.results.integrity import Part
from sim.results.result import Result
from sim.results.store import Store, discard
from sim.scenario.scenario import Scenario
from sim.studies.bars import with_bar
from sim.studies.engine import AUTO, chosen
from sim.studies.parts import Job, contact_bytes, job_of, make, write
from sim.studies.precision import LEAST, MOST, until, wishes_of
from sim.studies.workers import cores, finished

Progress = Callable[[int, int], None]
#: Bytes that kept contacts may take in all parts that are made at the same time, unless one part has more.
_ROOM = 150_000_000


class Interrupted(SimError):
    """A run was stopped; ``result`` holds what had been finished, None if nothing."""

    def __init__(self, kept: int, wanted: int, result: Result | None) -> None:
        super().__init__(f"stopped: {kept:,} of {wanted:,} replications are finished and kept")
        self.result = result


@with_bar
def run(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    engine: str = AUTO,
    workers: int | None = None,
    cluster: str | None = None,
    out: str | Path | None = "results",
    keep_contacts: int = 100,
    progress: Progress | None = None,
    say: Callable[[str], None] | None = None,
    command: str = "",
    precision: Mapping[str, str] | None = None,
    max_replications: int = MOST,
) -> Result:
    """Simulate what is missing of ``replications`` and return all of it.

    With ``precision``, such as ``{"abandonment@phone": "0.5pp", "asa@phone": "5 s"}``, as many as it takes for
    intervals to reach no further from the value, at least ``replications`` (100) and at most ``max_replications``;
    ``say`` is told what was reached.

    ``replications`` and ``seed`` default to the scenario's. Contacts are kept of the first ``keep_contacts``
    replications. ``workers`` is a number of cores of this machine; ``cluster``, such as ``"tcp://10.0.0.5:8786"``, is
    the address of a Dask scheduler whose workers do the work instead. With ``out=None`` nothing is kept on disk: files
    are temporary and go with the result. ``progress`` is told (done, wanted), ``say`` what
    else takes time. Interrupted on Ctrl-C; what is finished stays.
    """
    again = partial(
        run, scenario, seed=seed, engine=engine, workers=workers, cluster=cluster,
        keep_contacts=keep_contacts, progress=progress, say=say, command=command,
    )  # fmt: skip
    if out is None:
        wish = {"replications": replications, "precision": precision, "max_replications": max_replications}
        return _unkept(partial(again, **wish))
    if precision is not None:
        if max_replications < 1:
            raise ValueError("max_replications must be at least 1")
        least = LEAST if replications is None else replications
        wishes = wishes_of(scenario, precision)
        extend = partial(again, out=out)
        return until(lambda n: extend(replications=n), wishes, least=least, most=max_replications, say=say or _unheard)
    wanted = scenario.experiment.replications if replications is None else replications
    seed = scenario.experiment.seed if seed is None else seed
    if wanted < 1 or seed < 0 or (workers is not None and workers < 1) or keep_contacts < 0:
        raise ValueError("replications and workers must be at least 1, seed and keep_contacts at least 0")
    if workers is not None and cluster is not None:
        raise ValueError("either workers on this machine or a cluster")
    store = Store.for_scenario(scenario, seed=seed, out=Path(out))
    parts, keep_contacts = _unmade(store, seed, (wanted, keep_contacts), say or _unheard)
    store.prepare(scenario)
    engine = chosen(engine, say or _unheard)
    job = job_of(scenario, seed=seed, engine=engine, keep_contacts=keep_contacts, far=cluster is not None)
    done = max(wanted - sum(map(_size, parts)), 0)
    tell = progress or (lambda _done, _wanted: None)
    tell(done, wanted)
    try:
        for part in _kept(store, job, parts, workers=workers, cluster=cluster):
            done = min(done + _size(part), wanted)
            tell(done, wanted)
    except KeyboardInterrupt:
        kept = store.replications()
        store.write_manifest(scenario, seed=seed, engine=engine, command=command)
        result = Result.of(scenario, store.folder, min(kept, wanted)) if kept else None
        raise Interrupted(wanted - sum(map(_size, store.missing(wanted))), wanted, result) from None
    store.write_manifest(scenario, seed=seed, engine=engine, command=command)
    return Result.of(scenario, store.folder, wanted)


def _unkept(study: Callable[..., Result]) -> Result:
    """What a study finds, with a folder that is removed when the result is no longer used."""
    out = Path(mkdtemp(prefix="helpline-sim-"))
    result = None
    try:
        result = study(out=out)
    except Interrupted as stopped:
        result = stopped.result
        raise
    finally:
        if result is None:
            rmtree(out, ignore_errors=True)
        else:
            finalize(result, rmtree, out, ignore_errors=True)
    return result


def _unmade(store: Store, seed: int, asked: tuple[int, int], say: Callable[[str], None]) -> tuple[list[Part], int]:
    """Parts to make of the replications ``asked``, and of how many of them contacts.

    Files that are damaged are named and made again, with as many replications and contacts as the folder had.
    """
    faults, there = examined(store, seed)
    for fault in faults:
        say(Said("damage.remade", file=str(fault.file), why=fault.why))
        discard(fault.file)
    wanted, contacts = asked[0], max(asked[1], there.contacts)
    again = store.missing(there.replications, contacts=there.contacts)
    return list(dict.fromkeys([*store.missing(wanted, contacts=contacts), *again])), contacts


def _kept(store: Store, job: Job, parts: list[Part], *, workers: int | None, cluster: str | None) -> Iterator[Part]:
    """Each part once it is made and written: by the thread that made it, or here where it was made elsewhere."""
    if cluster is not None:
        yield from (write(store, made) for made in finished(make, job, parts, cluster=cluster))
        return
    most = workers or cores()
    for count, some in groupby(parts, key=lambda part: max(min(most, int(_ROOM / (contact_bytes(job, part) + 1))), 1)):
        if job.engine == "compiled":
            work = lambda job, part: write(store, make(job, part))  # noqa: E731
            yield from finished(work, job, list(some), workers=count, threads=True)
        else:
            yield from (write(store, made) for made in finished(make, job, list(some), workers=count))


def _unheard(_text: str) -> None:
    """What nobody asked to be told."""


def _size(part: Part) -> int:
    return part[1] - part[0] + 1
