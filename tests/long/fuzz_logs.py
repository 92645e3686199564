"""Mutated call logs and reports of counts through ``sim fit``: each is fitted or refused, within 20 s.

    python tests/long/fuzz_logs.py --logs 5000

What is written must load as a scenario and hold no number that is none, no negative one, and no value outside its own
interval. Files that break this are kept in ``--out``, named by their number, from which they can be made again.
"""

from __future__ import annotations

import argparse
import random
import re
import signal
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sim.fit.whole as whole
from sim.errors import SimError
from sim.fit.days_scenario import fit_days_of
from sim.fit.interval_counts import IntervalCounts
from sim.fit.interval_scenario import fit_intervals
from sim.fit.log import Log
from sim.fit.read import read
from sim.language import language
from sim.language.said import told
from sim.scenario.source import read_text

CASES = Path(__file__).parent.parent / "cases"
#: Seconds of the processor's time that a file may take, however busy the machine is.
LIMIT = 20
#: One in so many logs is replayed as well, and gets its page.
REPLAYED = 25
#: Rows of a case that are kept, so that a fit takes a fraction of a second.
ROWS = 160
SEPARATORS = (",", ";", "\t", "|")
CELLS = (
    "", "0", "0.0", "-1", "-0.5", "nan", "NaN", "inf", "1e308", "1e999", "9", "-", "?", "null", "unknown", "é", "0,5",
    "1.234,5", "1,234", "12:60", "25:00", "00:00:00", "PT5M", "P", "PT", "0.000254630", "45355.4", "99999.9",
    "2024-02-30", "2024-03-31 02:30", "0000-00-00", "31/02/2024", "1970-01-01 00:00", "2100-12-31 23:59",
    "4 maart 2024", "Feb 30 2024 10:00", "0930", "2400", "08:00-08:30", "8-9", "tot", "Y", "N", "answered",
    "abandoned", "voicemail", "1709543029", "1709543029123", "99999999999999", "=1+1", "{a: b}", "'", '"', "a/b",
    "channels", "everywhere", "\u0661\u0662", "\u200b", "\x00", "north, south", "yes", "null: 1", "#", "&a", "*a",
    "!!bool", "~", "1_000",
)  # fmt: skip
HEADS = (
    "arrival", "start", "end", "date", "time", "wait", "handling", "outcome", "answered", "abandoned", "offered",
    "queue", "region", "channel", "agent", "priority", "caller", "interval", "AHT", "ASA", "duration_ms", "wait (min)",
    "id", "", "Time Answered", "total", "calls", "direction", "Start Time (UTC)", "uur", "billsec", "event",
)  # fmt: skip
_NO_NUMBER = re.compile(r"(?<![\w.])(?:nan|[+-]?\.?inf|-\d)", re.IGNORECASE)


def seeds() -> list[tuple[str, str]]:
    """Names and beginnings of the cases; calls of a few days, counts of a few weeks."""
    found = []
    for path in sorted(CASES.iterdir()):
        lines = path.read_text(encoding="utf-8").splitlines()
        step = max((len(lines) - 1) // ROWS, 1) if "log" not in path.name and "interval" not in path.name else 1
        found.append((path.name, "\n".join([lines[0], *lines[1::step][:ROWS]]) + "\n"))
    return found


def mutated(rng: random.Random, text: str) -> bytes:
    """A file with one to a few dozen changes to its bytes, cells, rows, columns and heading."""
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        text = rng.choice((_cells, _cells, _rows, _columns, _heading, _separator, _column_of, _cut))(rng, text)
    content = bytearray(text.encode("utf-8", errors="surrogatepass"))
    if rng.random() < 0.2 and content:
        for _ in range(rng.randint(1, 8)):
            at = rng.randint(0, len(content))
            content[at : at + rng.choice((0, 1, 1, 30))] = rng.randbytes(rng.randint(0, 4))
    if rng.random() < 0.05:
        return bytes(content).decode("utf-8", errors="replace").encode("utf-16")
    return bytes(content)


def _table(text: str) -> tuple[list[list[str]], str]:
    separator = max(SEPARATORS, key=text.split("\n", 1)[0].count)
    return [line.split(separator) for line in text.split("\n")], separator


def _joined(rows: list[list[str]], separator: str) -> str:
    return "\n".join(separator.join(row) for row in rows)


def _cells(rng: random.Random, text: str) -> str:
    rows, separator = _table(text)
    for _ in range(rng.choice((1, 3, 20, 80))):
        row = rng.choice(rows)
        row[rng.randrange(len(row))] = rng.choice(CELLS)
    return _joined(rows, separator)


def _rows(rng: random.Random, text: str) -> str:
    rows, separator = _table(text)
    for _ in range(rng.choice((1, 10, 60))):
        at = rng.randrange(len(rows))
        change = rng.randrange(4)
        if change == 0:
            rows.insert(at, list(rng.choice(rows)))
        elif change == 1 and len(rows) > 2:
            del rows[at]
        elif change == 2:
            rows[at], rows[-1] = rows[-1], rows[at]
        else:
            rows[at] = rows[at][: rng.randint(1, len(rows[at]))]
    return _joined(rows, separator)


def _columns(rng: random.Random, text: str) -> str:
    rows, separator = _table(text)
    at, other = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    for row in rows:
        if max(at, other) < len(row):
            if at == other and len(row) > 1:
                del row[at]
            else:
                row[at], row[other] = row[other], row[at]
    return _joined(rows, separator)


def _column_of(rng: random.Random, text: str) -> str:
    """All cells of one column of one kind."""
    rows, separator = _table(text)
    at, cells = rng.randrange(len(rows[0])), [rng.choice(CELLS) for _ in range(rng.choice((1, 2, 5)))]
    for row in rows[1:]:
        if at < len(row):
            row[at] = rng.choice(cells)
    return _joined(rows, separator)


def _heading(rng: random.Random, text: str) -> str:
    rows, separator = _table(text)
    rows[0][rng.randrange(len(rows[0]))] = rng.choice(HEADS)
    return _joined(rows, separator)


def _separator(rng: random.Random, text: str) -> str:
    rows, _ = _table(text)
    return _joined(rows, rng.choice(SEPARATORS))


def _cut(rng: random.Random, text: str) -> str:
    return text[: rng.randrange(len(text) + 1)]


def numbers_in(node: Any) -> Iterator[str]:
    """What is wrong with the numbers of a scenario that was written."""
    if isinstance(node, dict):
        ends = [node.get(key) for key in ("low", "value", "high")]
        known = [float(one) for one in ends if isinstance(one, int | float) and not isinstance(one, bool)]
        if known != sorted(known):
            yield f"a value outside its interval: {ends}"
        for key, value in node.items():
            if key not in ("source", "title", "about", "name", "first", "last", "closed", "serves", "to"):
                yield from numbers_in(value)
    elif isinstance(node, list):
        for value in node:
            yield from numbers_in(value)
    elif isinstance(node, float | int) and not node >= 0:
        yield f"the number {node}"
    elif isinstance(node, str) and _NO_NUMBER.match(node):
        yield f"the text {node!r}"


def tried(path: Path, *, replay: bool) -> str:
    """``fitted`` or ``refused``; ValueError with what is wrong in what would be written."""
    kept = whole.trace_test, whole.scenario_test
    try:
        if not replay:
            whole.trace_test = whole.scenario_test = lambda *_: None
        found = read(path)
        if isinstance(found, Log):
            fit: Any = whole.fit_of(found, name="fuzzed")
        elif isinstance(found, IntervalCounts):
            fit = fit_intervals(found, name="fuzzed")
        else:
            fit = fit_days_of(found, name="fuzzed")
    except SimError as error:
        for code in ("en", "nl"):
            told(error.args[0] if error.args else str(error), language(code))
        return "refused"
    finally:
        whole.trace_test, whole.scenario_test = kept
    if wrong := list(numbers_in(read_text(fit.text, "fuzzed").plain())):
        raise ValueError("; ".join(wrong[:5]))
    if replay:
        _shown(fit)
    return "fitted"


def _shown(fit: Any) -> None:
    """The page, in Dutch."""
    from sim.answers.page import page_of

    page_of(fit.answer, language("nl"))


def _late(*_: object) -> None:
    raise TimeoutError(f"took more than {LIMIT} s")


def fuzz(logs: int, *, first: int = 0, out: Path | None = None) -> tuple[Counter[str], list[str]]:
    """How many of so many mutated files were fitted and refused, and what went wrong."""
    cases, seen, wrong = seeds(), Counter[str](), []
    signal.signal(signal.SIGPROF, _late)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, first + logs):
            rng = random.Random(number)
            name, text = rng.choice(cases)
            content = mutated(rng, text)
            path = Path(folder) / "calls"
            path.write_bytes(content)
            signal.setitimer(signal.ITIMER_PROF, LIMIT)
            try:
                seen[tried(path, replay=number % REPLAYED == 0)] += 1
            except Exception as error:  # whatever is no SimError is a finding
                at = traceback.extract_tb(error.__traceback__)[-1]
                wrong.append(
                    f"{number} ({name}): {type(error).__name__}: {error} [{Path(at.filename).name}:{at.lineno}]"
                )
                if out is not None:
                    out.mkdir(parents=True, exist_ok=True)
                    (out / f"{number}-{name}").write_bytes(content)
            finally:
                signal.setitimer(signal.ITIMER_PROF, 0)
    return seen, wrong


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--logs", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("fuzzed"))
    options = parser.parse_args()
    seen, wrong = fuzz(options.logs, first=options.first, out=options.out)
    print(f"{seen['fitted']} fitted, {seen['refused']} refused, {len(wrong)} wrong")
    for one in wrong:
        print(one)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
