"""The planner's page in a real browser: one server, one Chromium, several pages; skipped where there is none.

The scenario is a small one in a folder of its own, so that whole answers take a moment.
"""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from urllib.parse import urlencode

import pytest

import sim
from sim.app.controls import plans_of
from sim.app.controls_all import parts_of
from sim.app.looks import KINDS, PLAN, TODAY, worlds
from sim.language import language
from sim.scenario.load import loads
from sim.scenario.sections import dumps
from sim.studies.trial import Trial, try_plans

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")

ROOT = Path(__file__).parent.parent
#: Two weeks with a campaign: a third of the callers of the shipped scenario, so that looks are quick.
SMALL = sim.load(
    ROOT / "scenarios" / "als-je-eens-wist-2020.yaml",
    [
        "demand.contacts=90",
        "campaigns.0.extra=60",
        "experiment.replications=200",
        "name=small",
        "title=A small helpline",
    ],
)
LONG = SMALL.with_settings(
    ["demand.contacts=3000", "experiment.replications=1000", "name=long", "title=A large helpline"]
)
_PATIENCE_MS = 90_000
playwright.expect.set_options(timeout=_PATIENCE_MS)


@dataclass(frozen=True)
class Server:
    """A running page."""

    process: subprocess.Popen[str]
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, str]:
        """Status and text of a plain request."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def try_get(self, path: str) -> None:
        """The same where the server may end before it answers."""
        with suppress(OSError, http.client.HTTPException):
            self.get(path)

    def memory_mb(self) -> float:
        """Memory that it takes now."""
        resident = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return resident * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_s(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("planner")
    (folder / "small.yaml").write_text(dumps(SMALL))
    (folder / "long.yaml").write_text(dumps(LONG))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "sim.cli", "app", "--no-browser", "--port", str(port)],
        cwd=folder,
        # NiceGUI behaves differently where it believes that it is tested.
        env={name: value for name, value in os.environ.items() if "PYTEST" not in name},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    found = Server(process, port)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            found.get("/")
            break
        except OSError:
            time.sleep(0.1)
    assert process.poll() is None, process.stdout.read() if process.stdout else ""
    yield found
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
    if process.stdout is not None:
        process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def window(server: Server, browser: playwright.Browser) -> Iterator[playwright.Page]:
    """A page in a browser profile of its own; nothing may be asked of anybody but the server, nothing may go wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda r: wrong.append(r.url) if not r.url.startswith((server.url, "blob:", "data:")) else None)
    yield page
    context.close()
    assert wrong == []


def told(page: playwright.Page, text: str) -> None:
    """Wait until the line beside the buttons says so."""
    playwright.expect(page.locator("#answer .told").first).to_contain_text(text, timeout=_PATIENCE_MS)


def whole(page: playwright.Page, rests_on: str = "Rests on 200") -> str:
    """The whole answer, once it is there."""
    told(page, rests_on)
    playwright.expect(page.locator(".summary")).not_to_have_class(re.compile("stale"))
    return page.inner_text(".summary")


def expected(values: dict[str, int | str], code: str = "en") -> str:
    """How the page writes the number of people never reached."""
    plans = plans_of(SMALL, parts_of(SMALL), values)
    scenarios = {TODAY: plans.today, PLAN: plans.plan}
    trial = try_plans(scenarios, replications=worlds(SMALL), seed=SMALL.experiment.seed, kinds=KINDS, engine="compiled")
    return language(code).number(trial.estimate(PLAN, "never_reached").value)


def test_from_a_slider_to_the_answer(window: playwright.Page) -> None:
    window.goto("/en?scenario=small")
    assert "With the lines as they are" in whole(window)
    assert window.get_attribute("html", "lang") == "en-US"
    window.get_by_role("button", name="Antwerpen: lines: one more").click()
    playwright.expect(window.locator(".summary")).to_have_class(re.compile("stale"))
    playwright.expect(window.locator(".summary")).to_contain_text("With your plan")
    assert "lines.antwerpen=2" in window.url
    text = whole(window)
    assert f"about {expected({'lines.antwerpen': 2})} people" in text
    assert "extra line hours" in text
    window.get_by_role("button", name="Keep this plan").click()
    rows = window.get_by_role("region", name="Plans side by side").locator("tbody tr")
    playwright.expect(rows).to_have_count(2)
    playwright.expect(rows.nth(1)).to_contain_text("A: Antwerpen: lines: 2")
    before = rows.nth(1).inner_text()
    # Another change before the first is answered: what is shown in the end is of the last one.
    slider = window.get_by_label("Phone: mean length of a conversation")
    window.get_by_text("Conversations and patience").click()
    slider.focus()
    for _ in range(6):
        window.keyboard.press("ArrowLeft")
    playwright.expect(window.locator("output[for='c-handling.phone']")).to_have_text("29 min")
    window.wait_for_url("**handling.phone=29**")
    assert f"about {expected({'lines.antwerpen': 2, 'handling.phone': 29})} people" in whole(window)
    # What is kept are the lines: their numbers are now of these other callers.
    playwright.expect(window.locator("#kept")).not_to_have_class(re.compile("stale"))
    playwright.expect(rows).to_have_count(2)
    assert rows.nth(1).inner_text() != before
    assert f"{expected({'lines.antwerpen': 2, 'handling.phone': 29})}" in rows.nth(1).inner_text()
    assert "25\N{NO-BREAK SPACE}min" in window.inner_text("[id='c-handling.phone-hint']")


#: What a planner who has never seen the page looks for, in both languages: the names of what is pressed.
PATHS = {
    "en": {
        "more": "Antwerpen: lines: one more",
        "less": "Antwerpen: lines: one less",
        "help": "Phone: callers who find no free line in their province",
        "keep": "Keep this plan to compare",
        "table": "Plans side by side",
        "rests": "Rests on 200",
        "best": r"plan A|your plan",
        "fewer": r"([\d,.]+) fewer people are never reached \(([\d,.]+) to ([\d,.]+)\)",
        "other": "Nederlands",
    },
    "nl": {
        "more": "Antwerpen: lijnen: één meer",
        "less": "Antwerpen: lijnen: één minder",
        "help": "Telefoon: wie geen vrije lijn vindt in de eigen provincie",
        "keep": "Hou dit plan bij om te vergelijken",
        "table": "Plannen naast elkaar",
        "rests": "Steunt op 200",
        "best": r"plan A|jouw plan",
        "fewer": r"([\d.,]+) mensen minder worden nooit bereikt \(([\d.,]+) tot ([\d.,]+)\)",
        "other": "English",
    },
}


@pytest.mark.parametrize(("code", "width"), [("en", 1280), ("nl", 375)])
def test_a_second_line_or_forwarding_between_provinces(window: playwright.Page, code: str, width: int) -> None:
    """A newcomer's question, in four presses; both answers, their difference and its interval are shown."""
    words, say = PATHS[code], language(code)
    window.set_viewport_size({"width": width, "height": 800})
    window.goto(f"/{code}?scenario=small")
    whole(window, words["rests"])
    window.get_by_role("button", name=words["more"]).click()
    window.wait_for_url("**lines.antwerpen=2**")
    whole(window, words["rests"])
    window.get_by_role("button", name=words["keep"]).click()
    window.get_by_role("button", name=words["less"]).click()
    assert window.locator("[data-needs='help.phone']").first.is_hidden()
    window.get_by_label(words["help"]).select_option("others")
    assert window.locator("[data-needs='help.phone']").first.is_visible()
    window.wait_for_url("**help.phone=others**")
    whole(window, words["rests"])
    rows = window.get_by_role("region", name=words["table"]).locator("tbody tr")
    playwright.expect(rows).to_have_count(3, timeout=_PATIENCE_MS)
    plans = {"A": {"lines.antwerpen": 2}, PLAN: {"help.phone": "others"}}
    for number, values in enumerate(plans.values(), 1):
        # Numbers of fewer worlds may have been there before.
        shown = re.compile(rf"(^|\s){re.escape(expected(values, code))}\s")
        playwright.expect(rows.nth(number)).to_have_text(shown, timeout=_PATIENCE_MS, use_inner_text=True)
    trial = side_by_side(plans)
    change = trial.difference(PLAN, "never_reached", base="A")
    told = window.locator("#kept p").first.inner_text().replace("\N{NO-BREAK SPACE}", " ")
    assert re.search(words["best"], told, re.IGNORECASE)
    size, low, high = (found for found in re.search(words["fewer"], told).groups())  # type: ignore[union-attr]
    near, far = sorted((abs(change.low), abs(change.high)))
    digits = len(low.replace(",", ".").partition(".")[2]) if not low.isdigit() else 0
    assert (size, low, high) == tuple(say.number(number, digits) for number in (abs(change.value), near, far))
    # The other language shows the same plans, with nothing asked again.
    window.get_by_role("link", name=words["other"]).click()
    other = next(paths for name, paths in PATHS.items() if name != code)
    rows = window.get_by_role("region", name=other["table"]).locator("tbody tr")
    playwright.expect(rows).to_have_count(3, timeout=_PATIENCE_MS)
    shown = re.compile(rf"(^|\s){re.escape(expected({'lines.antwerpen': 2}, 'nl' if code == 'en' else 'en'))}\s")
    playwright.expect(rows.nth(1)).to_have_text(shown, timeout=_PATIENCE_MS, use_inner_text=True)
    assert "kept.A=lines.antwerpen%3D2" in window.url
    rows.nth(1).get_by_role("button").click()
    playwright.expect(rows).to_have_count(0)
    playwright.expect(window).not_to_have_url(re.compile("kept"))


def side_by_side(plans: dict[str, dict[str, int | str]]) -> Trial:
    """These plans on the worlds of a whole answer."""
    scenarios = {name: plans_of(SMALL, parts_of(SMALL), values).plan for name, values in plans.items()}
    return try_plans(scenarios, replications=worlds(SMALL), seed=SMALL.experiment.seed, engine="compiled")


def test_a_line_for_any_province_is_tried_with_one_press(window: playwright.Page) -> None:
    window.goto("/en?scenario=small&lines.antwerpen=2")
    window.click("#next-line")
    table = window.locator("#questions .result").first
    playwright.expect(table).to_contain_text("helps most", timeout=_PATIENCE_MS)
    places = table.locator("tbody tr")
    assert places.count() == places.get_by_role("link", name="Try it").count()
    places.filter(has_text="any province").get_by_role("link").click()
    window.wait_for_url("**lines.anywhere=1**")
    assert window.locator("[name='lines.anywhere']").input_value() == "1"
    values = {"lines.antwerpen": 2, "lines.anywhere": 1}
    assert f"about {expected(values)} people" in whole(window)


@pytest.mark.parametrize("question", ["#next-line", "#plan-search", "#matters"])
def test_a_longer_question_is_stopped_within_a_second(window: playwright.Page, server: Server, question: str) -> None:
    window.goto("/en?scenario=long")
    told(window, "First look")
    window.get_by_role("button", name="Stop").first.click()
    window.select_option("#plan-allow", "overflow")
    window.click(question)
    stop = window.locator("#questions").get_by_role("button", name="Stop")
    playwright.expect(stop).to_be_visible()
    window.wait_for_timeout(1500)
    begun = server.cpu_s()
    stop.click()
    playwright.expect(window.locator("#questions .told")).to_have_text("Stopped.", timeout=_PATIENCE_MS)
    assert server.cpu_s() - begun < 2  # a second on two processors, however much else they do
    assert window.locator("#questions .result").first.inner_text() == ""


def test_a_run_is_stopped_and_begun_again(window: playwright.Page) -> None:
    window.goto("/en?scenario=long&lines.antwerpen=2")
    told(window, "First look")
    assert window.locator("progress").count() >= 1
    window.get_by_role("button", name="Stop").first.click()
    told(window, "Stopped. These numbers rest on fewer callers")
    assert "With your plan" in window.inner_text(".summary")
    window.get_by_role("button", name="Calculate").click()
    told(window, "First look")


def test_two_browsers_do_not_disturb_each_other(
    window: playwright.Page, browser: playwright.Browser, server: Server
) -> None:
    other = browser.new_context(base_url=server.url).new_page()
    window.goto("/en?scenario=small")
    other.goto("/nl?scenario=small&lines.limburg=3")
    window.get_by_role("button", name="Chat: lines: one more").click()
    window.wait_for_url("**lines.chat=2**")
    mine, theirs = whole(window), whole(other, "Steunt op 200")
    assert f"about {expected({'lines.chat': 2})} people" in mine
    assert f"ongeveer {expected({'lines.limburg': 3}, 'nl')} mensen" in theirs
    assert "lines.chat" not in other.url
    other.context.close()


def test_dutch_and_english_keep_the_settings(window: playwright.Page) -> None:
    window.goto("/nl?scenario=small&help.phone=others")
    text = whole(window, "Steunt op 200")
    assert window.get_attribute("html", "lang") == "nl"
    assert re.search(r"Met jouw plan .* nooit bereikt, .*: \d", text)
    window.get_by_role("heading", name="Alle getallen, per periode").click()
    assert re.search(r"\d,\d", window.inner_text("#numbers"))
    assert not re.search(r"\d\.\d(?!\d\d)", window.inner_text("#numbers"))
    window.get_by_role("link", name="English").click()
    window.wait_for_url("**/en?**help.phone=others**")
    assert window.get_by_label("Phone: callers who find no free line").input_value() == "others"


def test_questions_that_take_longer(window: playwright.Page) -> None:
    window.goto("/en?scenario=small")
    window.click("#next-line")
    table = window.locator("#questions .result").first
    playwright.expect(table).to_contain_text("helps most", timeout=_PATIENCE_MS)
    assert table.locator("tbody tr").count() >= 7
    table.get_by_role("link", name="Try it").first.click()
    window.wait_for_url("**lines.**")
    window.fill("#plan-percent", "20")
    window.click("#plan-search")
    found = window.locator("#questions .result").nth(1)
    playwright.expect(found).to_contain_text("the target is 20 %", timeout=_PATIENCE_MS)
    assert found.get_by_role("link", name="Try these lines").get_attribute("href").startswith("/en?scenario=small")
    window.click("#matters")
    playwright.expect(window.locator("#assumed .result tbody tr")).to_have_count(8, timeout=_PATIENCE_MS)
    window.get_by_role("button", name="Limburg: lines: one more").click()
    playwright.expect(found).to_have_class(re.compile("stale"))


def centre_of(found: playwright.Locator) -> tuple[float, float]:
    """Where a hand would press it."""
    box = found.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_what_is_aimed_at_stays_under_the_hand_while_the_page_grows(window: playwright.Page) -> None:
    window.goto("/en?scenario=small&lines.antwerpen=2")
    whole(window)
    button = window.locator("#next-line")
    button.scroll_into_view_if_needed()
    window.mouse.move(*centre_of(button))
    # The table of plans comes in above it.
    window.get_by_role("button", name="Keep this plan").dispatch_event("click")
    playwright.expect(window.locator("#kept tbody tr")).to_have_count(2)
    window.mouse.down()
    window.mouse.up()
    playwright.expect(window.locator("#questions .result").first).to_contain_text("helps most")


@pytest.fixture
def phone(server: Server, browser: playwright.Browser) -> Iterator[playwright.Page]:
    """A page on a phone, whose browser leaves it to the page that what is in sight stays there, as some do."""
    size = {"width": 390, "height": 760}
    context = browser.new_context(viewport=size, has_touch=True, is_mobile=True, base_url=server.url)
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    page.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {"
        " document.documentElement.style.overflowAnchor = 'none' })"
    )
    yield page
    context.close()


def test_a_finger_presses_what_it_was_held_over_while_the_page_grows(phone: playwright.Page) -> None:
    phone.goto("/en?scenario=small&lines.antwerpen=2")
    whole(phone)
    button = phone.locator("#next-line")
    button.evaluate("one => window.scrollTo(0, one.getBoundingClientRect().top + window.scrollY - 360)")
    x, y = centre_of(button)
    # The table of plans comes in above it, and nothing has touched the glass yet.
    phone.get_by_role("button", name="Keep this plan").dispatch_event("click")
    playwright.expect(phone.locator("#kept tbody tr")).to_have_count(2)
    assert centre_of(button) == pytest.approx((x, y), abs=2)
    phone.touchscreen.tap(x, y)
    answer = phone.locator("#questions .result").first
    playwright.expect(answer).to_contain_text("helps most")
    # The answer to a press is below it, and what was pressed stays.
    assert centre_of(button) == pytest.approx((x, y), abs=2)


def test_a_press_counts_though_its_table_is_brought_up_to_date_meanwhile(window: playwright.Page) -> None:
    window.goto("/en?scenario=small&kept.A=lines.antwerpen%3D2")
    table = window.locator("#kept tbody")
    playwright.expect(table.locator("tr")).to_have_count(2)
    whole(window)
    before = table.inner_text()
    remove = table.get_by_role("button")
    remove.scroll_into_view_if_needed()
    window.mouse.move(*centre_of(remove))
    window.mouse.down()
    window.evaluate(
        """() => { const one = document.querySelector("[name='handling.phone']"); one.value = 25;
        one.dispatchEvent(new Event("input", { bubbles: true })) }"""
    )
    playwright.expect(table).not_to_have_text(before, use_inner_text=True)
    window.mouse.up()
    playwright.expect(table).to_have_count(0)


def test_the_bar_at_the_foot_does_not_come_in_under_a_press(window: playwright.Page) -> None:
    """The answer in one line comes once the answer itself is out of sight, but not between pressing and letting go."""
    window.goto("/en?scenario=small")
    whole(window)
    bar, link = window.locator(".glance"), window.get_by_role("link", name="Save as YAML")
    window.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    playwright.expect(bar).to_be_visible()
    height = bar.bounding_box()["height"]
    # As before the first answer: there is nothing to tell, and what is low in the window can be pressed.
    words = bar.inner_html()
    bar.evaluate("one => { one.innerHTML = '' }")
    link.evaluate(
        "(one, up) => window.scrollTo(0, one.getBoundingClientRect().bottom + window.scrollY - innerHeight + up)",
        height / 4,
    )
    x, y = centre_of(link)
    assert y > 900 - height
    window.mouse.move(x, y)
    window.mouse.down()
    bar.evaluate("(one, words) => { one.innerHTML = words }", words)
    with window.expect_download():
        window.mouse.up()
    assert bar.is_hidden()
    window.mouse.move(x, 300)
    playwright.expect(bar).to_be_visible()


def test_a_plan_is_kept_before_it_is_answered(window: playwright.Page) -> None:
    window.goto("/en?scenario=long")
    told(window, "First look")
    window.get_by_role("button", name="Antwerpen: lines: one more").click()
    window.get_by_role("button", name="Keep this plan").click()
    playwright.expect(window).to_have_url(re.compile("kept.A=lines.antwerpen%3D2"))


def test_save_load_again_and_report(window: playwright.Page, tmp_path: Path) -> None:
    window.goto("/en?scenario=small&lines.antwerpen=2")
    with window.expect_download() as saved:
        window.get_by_role("link", name="Save as YAML").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.name == "small-plan.yaml"
    assert loads(file.read_text()).lines["antwerpen"].count.value == 2
    window.get_by_text("About this scenario").click()
    window.set_input_files("#file", str(file))
    window.get_by_role("button", name="Upload").click()
    window.wait_for_url("**scenario=upload-**")
    assert window.locator("[name='lines.antwerpen']").input_value() == "2"
    window.click("#make-report")
    for name, start in (("report.xlsx", b"PK"), ("report.html", b"<!doctype html>")):
        with window.expect_download() as kept:
            window.get_by_role("button", name=name).click()
        assert Path(kept.value.path()).read_bytes()[: len(start)].lower() == start.lower()


def test_a_day_is_played_back(window: playwright.Page, tmp_path: Path) -> None:
    window.goto("/en?scenario=small&help.phone=others")
    whole(window)  # until then the page grows, and tiles move between two looks at them
    window.click("#play-day")
    day = window.frame_locator("iframe.day")
    # A sketch of the provinces with a tile for the chat below it, and the same in numbers.
    playwright.expect(day.locator("#map > .tile")).to_have_count(6)
    west, east = (day.locator(".tile", has_text=name).bounding_box() for name in ("West-Vlaanderen", "Limburg"))
    assert west["x"] < east["x"]
    assert west["y"] == east["y"]
    before = day.locator("#caption").inner_text()
    day.get_by_role("button", name="Play").click()
    playwright.expect(day.locator("#caption")).not_to_have_text(before)
    day.get_by_role("button", name="Pause").click()
    day.locator("#time").fill("43200")
    playwright.expect(day.locator("#caption")).to_contain_text("12:00: ")
    with window.expect_download() as saved:
        window.get_by_role("link", name="Save as a page of its own").click()
    file = tmp_path / "day.html"
    saved.value.save_as(file)
    still = window.context.browser.new_context(reduced_motion="reduce", offline=True).new_page()
    still.goto(file.as_uri())
    still.set_viewport_size({"width": 320, "height": 700})
    taken = [shown_and_told_alike(still, at) for at in range(9 * 3600, 17 * 3600, 1800)]
    assert any(taken)
    wide = still.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]
    still.locator("#time").focus()
    still.keyboard.press("Home")
    still.get_by_role("button", name="Play").click()
    first = still.locator("#caption").inner_text()
    still.wait_for_timeout(600)
    assert still.locator("#caption").inner_text() == first  # a step now and then instead of motion
    still.context.close()


def shown_and_told_alike(page: playwright.Page, at: int) -> int:
    """At that time each tile draws the lines that are taken and the people who wait as the table says; lines taken."""
    page.locator("#time").fill(str(at))
    tiles = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".tile")].map((tile) => {
        const all = (what) => tile.querySelectorAll(what).length;
        const name = tile.querySelector("b").textContent.replaceAll("\\u00ad", "");
        const lines = `${all("rect.taken")} of ${all("rect:not(.off)")}`;
        return [name, [lines, all("circle"), tile.classList.contains("busy")]] }))"""
    )
    rows = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("#rows tr")].map((row) => {
        const [name, taken, waits] = [...row.cells].map((cell) => cell.textContent);
        return [name, [taken, Math.min(4, waits), waits > 0]] }))"""
    )
    assert len(tiles) == 6
    assert tiles == rows
    return sum(int(taken.partition(" of ")[0]) for taken, *_ in rows.values())


def test_on_a_phone(window: playwright.Page) -> None:
    window.set_viewport_size({"width": 375, "height": 740})
    window.goto("/nl?scenario=small&lines.antwerpen=2")
    whole(window, "Steunt op 200")
    wide = window.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]
    assert window.locator(".glance").is_visible()
    # Plans side by side are stacked: nothing scrolls sideways.
    window.get_by_role("button", name="Hou dit plan bij").click()
    playwright.expect(window.locator("#kept tbody tr")).to_have_count(2)
    assert window.evaluate("(one => one.scrollWidth - one.clientWidth)(document.querySelector('#kept .wide'))") == 0
    window.locator(".cards").scroll_into_view_if_needed()
    playwright.expect(window.locator(".glance")).to_be_hidden()


def test_by_keyboard_alone(window: playwright.Page) -> None:
    window.goto("/en?scenario=small")
    whole(window)
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.className") == "skip"
    more = window.get_by_role("button", name="Limburg: lines: one more")
    more.focus()
    window.keyboard.press("Enter")
    window.wait_for_url("**lines.limburg=2**")
    assert window.evaluate("document.activeElement.getAttribute('data-by')") == "1"


@pytest.mark.parametrize(
    "path",
    [
        "/en?scenario=small&lines.antwerpen=2&kept.A=help.phone%3Dothers",
        "/nl?scenario=small&kept.B=lines.antwerpen%3D2",
        "/en?lines.x=1",
        "/nl/day",
    ],
)
def test_axe_finds_no_fault(window: playwright.Page, path: str) -> None:
    if path.startswith("/nl?"):
        window.set_viewport_size({"width": 375, "height": 740})
    window.goto(path if "scenario" in path or "lines.x" in path else f"{path}?scenario=small")
    if "scenario=small" in path:
        whole(window, "200")
        playwright.expect(window.locator("#kept tbody tr")).to_have_count(3 if "lines.antwerpen=2" in path else 2)
        window.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = axe.Axe().run(window)
    assert [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found.response["violations"]] == []


def test_wrong_input_from_a_page_is_refused_in_words(window: playwright.Page) -> None:
    window.goto("/en?scenario=small")
    before = whole(window)
    for wrong in ("-3", "1000000000", "2.5"):
        window.locator("[name='lines.antwerpen']").evaluate(
            "(one, wrong) => { one.value = wrong; one.dispatchEvent(new Event('input', { bubbles: true })); }", wrong
        )
        told(window, f"Antwerpen: lines = {wrong} is not possible")
        playwright.expect(window.locator(".summary")).to_have_class(re.compile("stale"))
    window.locator("[name='lines.antwerpen']").fill("1")
    assert whole(window) == before
    # An element that is not there, and text where a number is expected.
    window.evaluate(
        """() => { const one = document.querySelector("[name='lines.antwerpen']"); const was = one.name;
        one.type = "text";
        for (const [name, value] of [["experiment.replications", "9"], ["__class__", "x"], [was, "x"]]) {
          one.name = name; one.value = value; one.dispatchEvent(new Event("input", { bubbles: true })) } }"""
    )
    told(window, "Antwerpen: lines = x is not possible")


@pytest.mark.parametrize(
    "query",
    [
        {"scenario": "../../etc/passwd"},
        {"scenario": "small", "lines.antwerpen": "-1"},
        {"scenario": "small", "lines.antwerpen": "9" * 400},
        {"scenario": "small", "help.phone": "<script>alert(1)</script>"},
        {"scenario": "small", "__import__('os')": "1"},
        {"scenario": "<b>x</b>"},
        {"scenario": "small", "kept.A": "lines.antwerpen=-1"},
        {"scenario": "small", "kept.A": "<script>alert(1)</script>"},
        {"scenario": "small", "kept.A": "handling.phone=30"},
        {"scenario": "small", "kept.Z": "lines.antwerpen=2"},
    ],
)
@pytest.mark.parametrize("page", ["en", "nl/scenario.yaml", "en/day.html"])
def test_links_that_make_no_sense_are_refused_politely(server: Server, query: dict[str, str], page: str) -> None:
    status, text = server.get(f"/{page}?{urlencode(query)}", Host=f"127.0.0.1:{server.port}")
    assert status == 400
    assert "<h1>" in text
    assert "Traceback" not in text
    assert "<script>alert" not in text
    assert "<b>x" not in text


def test_forged_requests_are_refused(server: Server) -> None:
    own, evil = f"http://127.0.0.1:{server.port}", "http://evil.example"
    assert server.get("/en", Host=f"evil.example:{server.port}")[0] == 421
    assert server.get("/upload/en", "POST", b"x", Origin=evil)[0] == 403
    assert server.get("/upload/en", "POST", b"x")[0] == 403
    assert server.get("/en/scenario.yaml?scenario=small", Sec_Fetch_Site="cross-site")[0] == 403
    socket_path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
    assert server.get(socket_path, Origin=evil, **upgrade)[0] == 403
    assert server.get(socket_path.replace("websocket", "polling"), Origin=evil)[0] == 403
    for path in (
        "/static/../server.py",
        "/static/%2e%2e/server.py",
        "/en/..%2f..%2fetc%2fpasswd",
        "/static/..%5cgate.py",
    ):
        status, text = server.get(path)
        assert status in (400, 404), path
        assert "from __future__" not in text
    assert server.get("/upload/en", "POST", b"x" * 500_000, Origin=own)[0] == 413


def test_uploads_are_checked(server: Server) -> None:
    own = f"http://127.0.0.1:{server.port}"

    def upload(content: bytes, name: str = "x.yaml") -> tuple[int, str]:
        start = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
        kind = "multipart/form-data; boundary=b"
        return server.get("/upload/en", "POST", start + content + b"\r\n--b--\r\n", Origin=own, Content_Type=kind)

    assert upload(dumps(SMALL).encode(), "../../../etc/passwd")[0] == 303
    for content, why in (
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"extends: small.yaml\n", "must not name other files"),
        (dumps(SMALL).encode() + b"trace: {file: /etc/passwd}\n", "must not name other files"),
        (b"lines: &a [*a]\n", "upload"),
        (b"[" * 5000, "upload"),
        (dumps(SMALL).replace("seed: 1712", "seed: -1").encode(), "upload"),
        ((ROOT / "tests" / "cases" / "hundred-thousand-lines.yaml").read_bytes(), "takes up to 2,000"),
    ):
        status, text = upload(content)
        assert status == 400, content[:40]
        assert why in text
        assert "Traceback" not in text
    assert server.get("/upload/en", "POST", b"", Origin=own)[0] == 400


def test_plain_requests_take_no_place_and_little_memory(server: Server, window: playwright.Page) -> None:
    before = server.memory_mb()
    for _ in range(70):
        assert server.get("/en?scenario=small")[0] == 200
    assert server.memory_mb() - before < 150
    window.goto("/en?scenario=small")
    whole(window)


def test_closing_a_tab_ends_its_run(server: Server, browser: playwright.Browser) -> None:
    page = browser.new_context(base_url=server.url).new_page()
    page.goto("/en?scenario=long&lines.antwerpen=3")
    told(page, "First look")
    page.context.close()
    time.sleep(2)
    before = server.cpu_s()
    time.sleep(1.5)
    assert server.cpu_s() - before < 0.5


def gone(group: int, *, within_s: float) -> bool:
    """Whether every process of a group ends in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def test_sigterm_in_the_middle_of_a_run_leaves_nothing(server: Server, browser: playwright.Browser) -> None:
    page = browser.new_context(base_url=server.url).new_page()
    page.goto("/en?scenario=long&lines.antwerpen=4")
    told(page, "First look")
    # A request that takes longer than the server waits for at its end.
    slow = Thread(target=server.try_get, args=("/en/day?scenario=long",))
    slow.start()
    time.sleep(0.2)
    server.process.send_signal(signal.SIGTERM)
    output, _ = server.process.communicate(timeout=20)
    slow.join()
    assert "Traceback" not in output
    assert gone(server.process.pid, within_s=5)
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", server.port))
    page.context.close()
