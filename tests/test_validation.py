"""The page on reality: only its own section is rewritten, its verdicts follow its numbers, a real log is as known."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import SimError
from sim.statistics.estimates import Estimate
from tests.long.pages import with_section
from tests.long.validation.bank import bank_section, find_data, marginals
from tests.long.validation.published import Check, checks_of, published_section

ROOT = Path(__file__).parent.parent


def check(value: float, kind: str = "test") -> Check:
    return Check("calls", 100, Estimate(value, value - 1, value + 1), 5, kind, "", "")


def test_only_its_own_section_is_rewritten() -> None:
    other = "before\n<!-- coverage -->\nkept\n<!-- end of coverage -->\n"
    page = f"{other}<!-- reality -->\nold\n<!-- end of reality -->\nafter\n"
    assert with_section(page, "reality", "new") == page.replace("old", "new")
    assert with_section(with_section(page, "reality", r"a\1b"), "reality", "new") == page.replace("old", "new")
    with pytest.raises(SimError, match="has no <!-- reality -->"):
        with_section("nothing", "reality", "new")


def test_verdicts() -> None:
    assert check(104).verdict == "agrees (+4 %)"
    assert check(94).verdict == "**differs (-6 %)**"
    assert check(94, "put in").verdict == "no test: put in (-6 %)"


def test_published_numbers_stand_beside_simulated_ones() -> None:
    checks = checks_of(ROOT / "scenarios", replications=4)
    assert {found.kind for found in checks} == {"test", "put in", "fitted"}
    by_name = {found.what: found for found in checks}
    register = by_name["contacts in the register, 10-27 February 2020"]
    assert register.simulated.value == pytest.approx(429, rel=0.15)
    text = published_section(checks, replications=4)
    page = (ROOT / "docs" / "validation.md").read_text(encoding="utf-8")
    for found in checks:
        assert f"| {found.what} |" in text
        # The page has what the command writes today.
        assert f"| {found.what} |" in page


def test_a_real_call_log_has_the_shapes_that_are_borrowed() -> None:
    log = find_data(ROOT)
    if log is None:
        pytest.skip("no anonymous_bank/ in HELPLINE_DATA or in shared/data beside the project")
    found = marginals(log)
    # Whoever takes the waits of those who gave up for patience is wrong five-fold.
    assert found.naive_patience_s == pytest.approx(65.5, abs=0.5)
    assert found.patience_s == pytest.approx(345, abs=1)
    # The curve of Kaplan and Meier has a longer tail than the exponential of the same data.
    assert found.still_there[60] > 0.8
    assert found.still_there[600] > 0.25
    assert found.sigma == pytest.approx(0.88, abs=0.01)
    assert found.distance_lognormal < 0.03 < 0.1 < found.distance_exponential
    assert "345 s" in bank_section(log)


def test_without_the_log_it_says_so(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HELPLINE_DATA", str(tmp_path))
    assert find_data(ROOT) is None
    assert "Not compared" in bank_section(None)
