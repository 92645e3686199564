"""Workers of a Dask cluster on this machine give the result of one core, also when one of them dies."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from killing import SMALL

pytest.importorskip("distributed", reason="Dask is not installed: pip install 'helpline-sim[dask]'")

import sim
from sim.errors import SimError
from sim.studies.cluster import _pass_on

ROOT = Path(__file__).parent.parent
CAMPAIGN = ROOT / "scenarios" / "als-je-eens-wist-2020.yaml"
SCHEDULER = ["scheduler", "--host", "127.0.0.1", "--no-dashboard", "--idle-timeout", "120s", "--port"]
WORKER = ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1", "--death-timeout", "60"]
# Should the tests themselves be killed, scheduler and workers leave by themselves.
# Dask's own client leaves sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


class Cluster:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, _free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.scheduler = self.start(*SCHEDULER, str(self.port))
        self.workers: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *arguments]
        # A working directory without anything, since a worker need not see our files.
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True)

    def hire(self, number: int) -> None:
        for _ in range(number):
            self.workers.append(self.start(*WORKER, "--local-directory", str(self.folder), self.address))
        deadline = time.monotonic() + 60
        while self.log().count("Registered to:") < len(self.workers):
            assert time.monotonic() < deadline, self.log()
            time.sleep(0.1)

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(errors="replace")

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def cluster_in(folder: Path) -> Iterator[Cluster]:
    folder.mkdir(exist_ok=True)
    found = Cluster(folder)
    try:
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[Cluster]:
    with cluster_in(tmp_path_factory.mktemp("cluster")) as found:
        found.hire(2)
        yield found


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    whole = [sys.executable, "-m", "sim.cli", *arguments]
    return subprocess.run(whole, capture_output=True, text=True, check=False, cwd=ROOT, timeout=120)


def test_a_cluster_gives_the_result_of_one_core(cluster, tmp_path) -> None:
    scenario = sim.load(CAMPAIGN)
    told = []
    far = sim.run(
        scenario, replications=60, engine="simpy", cluster=cluster.address, out=tmp_path / "far",
        progress=lambda done, wanted: told.append((done, wanted)),
    )  # fmt: skip
    here = sim.run(scenario, replications=60, engine="compiled", workers=1, out=tmp_path / "here")
    assert far.hash() == here.hash()
    assert told[0] == (0, 60)
    assert told[-1] == (60, 60)
    assert len(told) == 4
    for one, other in ((p, here.folder / p.relative_to(far.folder)) for p in far.folder.rglob("*.parquet")):
        assert one.read_bytes() == other.read_bytes()


def test_a_call_log_and_a_comparison_on_a_cluster(cluster, tmp_path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "channel,province,arrival,caller\nphone,here,2021-03-01 10:00:00,a\nphone,there,2021-03-02 09:30:00,b\n"
    )
    path = tmp_path / "logged.yaml"
    path.write_text(SMALL.read_text().replace("demand:\n", "trace: {file: log.csv}\ndemand:\n", 1))
    plans = {"one": sim.load(path), "two": sim.load(path, ["lines.phone=2"])}
    far = sim.compare(plans, replications=30, cluster=cluster.address, out=tmp_path / "far")
    here = sim.compare(plans, replications=30, workers=1, out=tmp_path / "here")
    for plan in plans:
        assert far.results[plan].hash() == here.results[plan].hash()


def test_a_sweep_on_a_cluster(cluster, tmp_path) -> None:
    small, axes = sim.load(SMALL), ["lines.phone=1..2", "demand.change=0%|30%"]
    far = sim.sweep(small, axes, replications=30, cluster=cluster.address, out=tmp_path / "far")
    here = sim.sweep(small, axes, replications=30, workers=1, out=tmp_path / "here")
    assert [point.levels for point in far.points] == [point.levels for point in here.points]
    written = {path.relative_to(tmp_path / "far"): path.read_bytes() for path in (tmp_path / "far").rglob("*.parquet")}
    assert len(written) >= 4
    assert written == {path: (tmp_path / "here" / path).read_bytes() for path in written}
    measures = [[point.estimate(measure) for measure in far.measures.values()] for point in far.points]
    assert measures == [[point.estimate(measure) for measure in here.measures.values()] for point in here.points]


def test_other_versions_are_refused(cluster, tmp_path, monkeypatch) -> None:
    small = sim.load(SMALL)
    with monkeypatch.context() as patched:
        patched.setattr("sim.studies.parts.RESULTS_VERSION", 99)
        with pytest.raises(SimError, match=r"the worker tcp://.* has helpline-sim .* this is .*results 99"):
            sim.run(small, replications=5, cluster=cluster.address, out=tmp_path)
        # A worker that comes while the run is under way is not asked; it refuses by itself.
        patched.setattr("sim.studies.cluster._agree", lambda *_: None)
        with pytest.raises(SimError, match=r"a worker has .* the run is of .*results 99"):
            sim.run(small, replications=5, cluster=cluster.address, out=tmp_path)


def test_a_worker_that_dies_half_way_makes_no_difference(tmp_path) -> None:
    scenario = sim.load(CAMPAIGN)
    with cluster_in(tmp_path / "cluster") as cluster:
        cluster.hire(2)

        def kill(done: int, _wanted: int) -> None:
            if done >= 50 and cluster.workers[0].poll() is None:
                os.killpg(cluster.workers[0].pid, signal.SIGKILL)
                cluster.workers[0].wait()

        far = sim.run(
            scenario, replications=200, engine="compiled", cluster=cluster.address, out=tmp_path / "far", progress=kill
        )
        assert cluster.workers[0].returncode == -signal.SIGKILL
    here = sim.run(scenario, replications=200, engine="compiled", workers=2, out=tmp_path / "here")
    assert far.hash() == here.hash()


def test_what_has_arrived_counts_whatever_becomes_of_its_worker() -> None:
    async def gather(task: str, *, asynchronous: bool) -> str:
        assert asynchronous
        return f"result of {task}"

    client, dropped = SimpleNamespace(gather=gather), Future[str]()
    arrived = Future[str]()
    dropped.cancel()
    for found in (arrived, dropped):  # a task that is lost as its result arrives has no state that would say so
        asyncio.run(_pass_on(client, "a lost task", found))
    assert arrived.result(0) == "result of a lost task"
    assert dropped.cancelled()


def test_no_scheduler_no_workers_and_a_scheduler_that_goes(tmp_path) -> None:
    run = ("run", str(SMALL), "-n", "25", "--out", str(tmp_path / "out"), "--no-figures", "--cluster")
    start = time.monotonic()
    nobody = command(*run, f"tcp://127.0.0.1:{_free_port()}")
    assert time.monotonic() - start < 30  # ten, on a machine that is not busy
    assert nobody.returncode == 1
    assert "no Dask scheduler answers there" in nobody.stderr
    assert "missing port number" in command(*run, "nonsense").stderr
    with cluster_in(tmp_path / "cluster") as cluster:
        idle = command(*run, cluster.address)
        assert idle.returncode == 1
        assert "the cluster has no workers; start some" in idle.stderr
        cluster.hire(1)

        def leave(done: int, _wanted: int) -> None:
            if done >= 25 and cluster.scheduler.poll() is None:
                os.killpg(cluster.scheduler.pid, signal.SIGKILL)

        with pytest.raises(SimError, match="the scheduler does not answer any more; finished replications are kept"):
            sim.run(
                sim.load(CAMPAIGN), replications=2000, engine="simpy", cluster=cluster.address, out=tmp_path,
                progress=leave,
            )  # fmt: skip
    for said in (nobody, idle):
        assert "Traceback" not in said.stderr
        assert len([line for line in said.stderr.splitlines() if "of 25 replications" not in line]) == 1


def test_workers_and_cluster_exclude_each_other(tmp_path) -> None:
    done = command("run", str(SMALL), "--workers", "2", "--cluster", "tcp://127.0.0.1:1", "--out", str(tmp_path))
    assert done.returncode == 2
    assert "--workers are cores of this machine" in done.stderr
