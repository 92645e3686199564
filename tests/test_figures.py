"""Every picture has a title, units on its axes and something in it."""

from __future__ import annotations

import re
from pathlib import Path

from pictures import room_beside

import sim
from sim.answers.plots import charts_of, figure_of
from sim.figures.runs import draw_all, draw_waits, save

CAMPAIGN = Path(__file__).parent.parent / "scenarios" / "als-je-eens-wist-2020.yaml"


def test_every_picture_says_what_it_shows(tmp_path) -> None:
    result = sim.run(sim.load(CAMPAIGN), replications=3, workers=1, out=tmp_path)
    figures, again = draw_all(result), draw_all(result)
    assert set(figures) == {"arrival-rates", "waits", "outcomes", "busy-day"}
    for name, figure in figures.items():
        for ax in figure.axes:
            assert ax.get_title(loc="left").strip(), name
            assert ax.get_xlabel(), name
            assert ax.get_ylabel(), name
            assert ax.has_data(), name
        first, second = (save(f, tmp_path / "picture.png").read_bytes() for f in (figure, again[name]))
        assert first == second
        assert len(first) > 10_000
        assert room_beside(figure) > 0.09, name


def test_a_picture_can_be_drawn_into_axes_of_ones_own(tmp_path) -> None:
    from matplotlib.figure import Figure

    result = sim.run(sim.load(CAMPAIGN), replications=2, workers=1, out=tmp_path, keep_contacts=0)
    ax = Figure().subplots()
    assert draw_waits(result, ax=ax) is ax.figure
    assert "busy-day" not in draw_all(result)


def test_numbers_of_a_heat_map_have_the_same_decimals(tmp_path) -> None:
    scenario = sim.load(CAMPAIGN, ["demand.contacts=2000"])
    over = ["lines.antwerpen=1..2", "handling.phone.conversation.mean=25 min|50 min"]
    measures = ["never_reached_share", "offered"]
    found = sim.sweep(scenario, over, measures=measures, replications=2, workers=1, out=tmp_path, assumptions=False)
    share, offered = (figure_of(chart).axes[0] for chart in charts_of(found.answer))
    assert [len(text.get_text().partition(".")[2]) for text in share.texts] == [1] * 4
    # Thousands have no exponent.
    assert all(re.fullmatch(r"\d,\d{3}", text.get_text()) for text in offered.texts)
