"""Sections of the docs that programs write: what stands between two marks, and nothing else."""

from __future__ import annotations

import re

from sim.errors import SimError


def with_section(page: str, mark: str, section: str) -> str:
    """The page with ``section`` between ``<!-- mark -->`` and ``<!-- end of mark -->``; SimError without these."""
    marks = re.compile(rf"(<!-- {mark} -->\n).*?(<!-- end of {mark} -->)", re.DOTALL)
    if not marks.search(page):
        raise SimError(f"the page has no <!-- {mark} --> followed by <!-- end of {mark} -->")
    return marks.sub(lambda found: f"{found[1]}{section}\n{found[2]}", page)
