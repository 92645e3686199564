"""Simulated beside published: what is known of helpline 1712 and what the scenarios give, and whether it could fail.

python -m tests.long.validation [docs/validation.md] [-n 100]   rewrites the section between the marks of reality only.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.long.pages import with_section
from tests.long.validation.bank import bank_section, find_data
from tests.long.validation.published import checks_of, published_section

ROOT = Path(__file__).parents[3]


def main(arguments: list[str] | None = None) -> None:
    """Run the scenarios and write the page."""
    parser = argparse.ArgumentParser(prog="python -m tests.long.validation", description=__doc__.splitlines()[0])
    parser.add_argument("page", nargs="?", type=Path, default=ROOT / "docs" / "validation.md")
    parser.add_argument("-n", "--replications", type=int, default=100)
    given = parser.parse_args(arguments)
    page = given.page.read_text(encoding="utf-8")
    checks = checks_of(ROOT / "scenarios", replications=given.replications)
    section = published_section(checks, replications=given.replications) + "\n" + bank_section(find_data(ROOT))
    given.page.write_text(with_section(page, "reality", section), encoding="utf-8")
