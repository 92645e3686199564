"""Simulated beside published: what is known of helpline 1712 and what the scenarios give, and whether it could fail.

python -m tests.long.validation [docs/validation.md] [-n 100]   rewrites the section between the marks of reality only.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from sim.errors import SimError
from tests.long.validation.bank import bank_section, find_data
from tests.long.validation.published import checks_of, published_section

_SECTION = re.compile(r"(<!-- reality -->\n).*?(<!-- end of reality -->)", re.DOTALL)
ROOT = Path(__file__).parents[3]


def with_section(page: str, section: str) -> str:
    """The page with this text between its marks of reality, and everything else as it was."""
    if not _SECTION.search(page):
        raise SimError("the page has no <!-- reality --> followed by <!-- end of reality -->")
    return _SECTION.sub(lambda marks: f"{marks[1]}{section}\n{marks[2]}", page)


def main(arguments: list[str] | None = None) -> None:
    """Run the scenarios and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.long.validation", description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", type=Path, default=ROOT / "docs" / "validation.md")
    parser.add_argument("-n", "--replications", type=int, default=100)
    given = parser.parse_args(arguments)
    page = given.page.read_text(encoding="utf-8")
    checks = checks_of(ROOT / "scenarios", replications=given.replications)
    section = published_section(checks, replications=given.replications) + "\n" + bank_section(find_data(ROOT))
    given.page.write_text(with_section(page, section), encoding="utf-8")
