"""The page on theory: its examples give what they say, and it names every function."""

from __future__ import annotations

import doctest
from pathlib import Path

from sim import theory

PAGE = Path(__file__).parent.parent / "docs" / "theory.md"


def test_examples_give_what_the_page_says() -> None:
    done = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert done.attempted > 20
    assert done.failed == 0


def test_page_has_every_function() -> None:
    text = PAGE.read_text(encoding="utf-8")
    functions = [name for name in theory.__all__ if name[0].islower() and name != "parse_target"]
    assert [name for name in functions if f"| `{name}`" not in text] == []
