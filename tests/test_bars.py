"""In a notebook a study shows how far it is, where nobody else wants to know."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

import sim
from sim.studies import bars

SMALL = sim.load(Path(__file__).parent / "small.yaml")


@pytest.fixture
def shown(monkeypatch) -> list[str]:
    """What a notebook would show, the last of it last; the modules stand for those of IPython."""
    found: list[str] = []

    def display(html: str, *, display_id: bool) -> Any:
        assert display_id
        found.append(html)
        return SimpleNamespace(update=found.append)

    ipython, pages = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())  # type: ignore[attr-defined]
    pages.HTML, pages.display = str, display  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", pages)
    monkeypatch.setattr(bars, "_SHOWN_AFTER_S", 0.0)
    monkeypatch.setattr(bars, "_EVERY_S", 0.0)
    return found


def test_a_run_has_a_bar_that_goes(shown, tmp_path) -> None:
    sim.run(SMALL, replications=30, engine="simpy", workers=1, out=tmp_path)
    assert shown[0].startswith('<progress max="30" value="0"')
    assert any("30 of 30, 0 s left" in html for html in shown)
    assert shown[-1] == ""


def test_several_runs_have_one_bar(shown, tmp_path) -> None:
    plans = {"now": SMALL, "more": SMALL.replace(targets__short_abandon="9 s")}
    sim.compare(plans, replications=20, workers=1, out=tmp_path)
    assert shown[-2].startswith('<progress max="40" value="40"')
    assert shown.count("") == 1


def test_it_goes_where_a_study_fails(shown) -> None:
    @bars.with_bar
    def study(*, progress: Any = None) -> None:
        progress(1, 2)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011  # its own
        study()
    assert shown[-1] == ""


def test_whoever_listens_has_no_bar(shown, tmp_path) -> None:
    told: list[tuple[int, int]] = []
    sim.run(SMALL, replications=5, engine="simpy", out=tmp_path, progress=lambda *done: told.append(done))
    assert told[-1] == (5, 5)
    assert shown == []


def test_a_terminal_has_none(shown, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: None)
    sim.run(SMALL, replications=5, engine="simpy", out=tmp_path)
    assert shown == []


def test_short_studies_have_none(shown, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(bars, "_SHOWN_AFTER_S", 60.0)
    sim.run(SMALL, replications=5, engine="simpy", out=tmp_path)
    assert shown == []
