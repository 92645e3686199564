"""Pages opened in a real browser: nothing wider than the window, and no fault that axe knows."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest


def check(pages: Mapping[str, Path], narrow: tuple[str, ...] = ()) -> None:
    """Open each page, those named in ``narrow`` as on a telephone; skipped where there is no browser."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = next((found for name in names if (found := shutil.which(name))), None)
    if browser is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for kind, path in pages.items():
            width = 375 if kind in narrow else 1100
            page = chromium.new_page(viewport={"width": width, "height": 800})
            page.goto(f"file://{path}")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, kind
            faults = axe.Axe().run(page).response["violations"]
            assert [(f["id"], [n["html"][:120] for n in f["nodes"][:3]]) for f in faults] == [], kind
            page.close()
        chromium.close()
