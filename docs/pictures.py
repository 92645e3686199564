"""Make the pictures of the README and of these pages again: ``python docs/pictures.py``, from the folder above.

It takes the shipped scenarios, the commands of the README and, for pages, Chromium (with the extra ``test``); about two
minutes. Pictures have the same names each time, so that ``git diff --stat`` shows which of them changed.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import sleep

from playwright.sync_api import Browser, Page, sync_playwright

from sim.language import Language, language

PICTURES = Path(__file__).parent / "pictures"
CAMPAIGN = "scenarios/als-je-eens-wist-2020.yaml"
PLANS = [f"scenarios/plans/{name}.yaml" for name in ("forwarding", "pooling", "second-line-antwerpen", "longer-hours")]
PORT = 8713
PAGE = f"http://127.0.0.1:{PORT}"


def main() -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as scratch, browser() as chromium:
        run = folder_of("als-je-eens-wist", scratch, "run", CAMPAIGN)
        shutil.copy(run / "outcomes.png", PICTURES / "outcomes.png")
        compared = folder_of("compare-", scratch, "compare", CAMPAIGN, *PLANS)
        shutil.copy(compared / "comparison.png", PICTURES / "comparison.png")
        report(chromium, run, "report", 760, 1750)
        report(chromium, folder_of("plan-", scratch, "plan", CAMPAIGN), "plan", 900, 1680)
        with planners_page():
            side_by_side(chromium, "en", "app")
            side_by_side(chromium, "nl", "app-nl")
            day(chromium)


def folder_of(start: str, scratch: str, *command: str) -> Path:
    """The results folder that a command leaves."""
    subprocess.run([sys.executable, "-m", "sim.cli", *command, "--out", scratch], check=True, stdout=subprocess.DEVNULL)
    return next(folder for folder in sorted(Path(scratch).iterdir()) if folder.name.startswith(start))


def report(chromium: Browser, folder: Path, name: str, width: int, height: int) -> None:
    """The top of a folder's page."""
    subprocess.run([sys.executable, "-m", "sim.cli", "report", str(folder)], check=True, stdout=subprocess.DEVNULL)
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.goto((folder / "report.html").as_uri())
    page.screenshot(path=PICTURES / f"{name}.png")
    page.close()


def side_by_side(chromium: Browser, code: str, name: str) -> None:
    """The planner's page with a second line kept beside forwarding."""
    say = language(code)
    page = opened(chromium, f"/{code}?help.phone=others&kept.A=lines.antwerpen%3D2", say, 1280, 1250)
    page.get_by_role("region", name=say("app.kept_title")).wait_for()
    page.screenshot(path=PICTURES / f"{name}.png")
    page.close()


def day(chromium: Browser) -> None:
    """A day played back, late in the morning, in a window so high that nothing lies over it."""
    say = language("en")
    page = opened(chromium, "/en?help.phone=others", say, 1280, 3200)
    page.get_by_role("button", name=say("app.play_show")).click()
    time = page.frame_locator("iframe.day").locator("#time")
    time.evaluate(
        "one => { one.value = +one.min + 0.3 * (one.max - one.min);"
        " one.dispatchEvent(new Event('input', {bubbles: true})) }"
    )
    page.locator("iframe.day").screenshot(path=PICTURES / "app-day.png")
    page.close()


def opened(chromium: Browser, link: str, say: Language, width: int, height: int) -> Page:
    """The page at a link, with its whole answer."""
    page = chromium.new_page(viewport={"width": width, "height": height})
    page.set_default_timeout(120_000)
    page.goto(PAGE + link.replace("?", "?scenario=als-je-eens-wist-2020&"))
    page.get_by_text(say("app.status_whole", worlds=say.number(1000))).first.wait_for()
    return page


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium as it is installed on this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@contextmanager
def planners_page() -> Iterator[None]:
    """``sim app`` on a port of its own."""
    process = subprocess.Popen([sys.executable, "-m", "sim.cli", "app", "--no-browser", "--port", str(PORT)])
    try:
        while process.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=1):
                break
            sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
