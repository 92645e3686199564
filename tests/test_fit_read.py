"""Call logs of every kind are read, bad rows are kept out and told, and no file ends in a traceback."""

from __future__ import annotations

import csv
import datetime as dt
import io
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import SimError
from sim.fit.dates import moment
from sim.fit.day_counts import DailyCounts
from sim.fit.log import ABANDONED, ANSWERED, BLOCKED, CLOSED, NOT_SAID, UNKNOWN, Log, listed
from sim.fit.read import FORMATS, read
from sim.fit.values import duration
from sim.model.clock import DAY, HOUR, MINUTE, SECOND
from sim.results.store import Store
from tests.long.validation.bank import LOG, find_data

ROOT = Path(__file__).parent.parent
ZONE = "Europe/Brussels"
TIDY = """id,caller,channel,queue,arrival,wait,outcome,handling,line,priority
1,anna,phone,antwerpen,2024-12-30T09:00:05,12,answered,600,l1,1
2,bert,phone,limburg,2024-12-30 09:10:00,95,abandoned,,,
3,anna,chat,,2024-12-31T14:05:00,0,blocked,,,2
4,,phone,limburg,2024-12-31T18:00:00,,closed,,,
"""


def log_of(folder: Path, text: str | bytes, name: str = "calls.csv", **options: object) -> Log:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read(path, **options)  # type: ignore[arg-type]
    assert isinstance(found, Log)
    return found


def test_tidy_columns(tmp_path) -> None:
    log = log_of(tmp_path, TIDY)
    assert (log.start, log.days, log.rows, log.dropped) == (dt.date(2024, 12, 30), 2, 4, ())
    assert log.arrival.tolist() == [
        9 * HOUR + 5000,
        9 * HOUR + 10 * MINUTE,
        DAY + 14 * HOUR + 5 * MINUTE,
        DAY + 18 * HOUR,
    ]
    assert log.caller.tolist() == [0, 1, 0, UNKNOWN]
    assert [log.channels[k] for k in log.channel] == ["phone", "phone", "chat", "phone"]
    assert [log.queues[k] for k in log.queue] == ["antwerpen", "limburg", "chat", "limburg"]
    assert log.wait.tolist() == [12_000, 95_000, 0, UNKNOWN]
    assert log.outcome.tolist() == [ANSWERED, ABANDONED, BLOCKED, CLOSED]
    assert log.handling.tolist() == [600_000, UNKNOWN, UNKNOWN, UNKNOWN]
    assert log.line.tolist() == [0, UNKNOWN, UNKNOWN, UNKNOWN]
    assert log.priority.tolist() == [1, UNKNOWN, 2, UNKNOWN]
    assert log.weekday.tolist() == [0, 0, 1, 1]
    assert len(log.picked(log.of("answered"))) == 1


def test_belgian_spreadsheet(tmp_path) -> None:
    text = "\ufeffBeller;Kanaal;Tijdstip;Wachttijd (min);Afloop;Gesprekstijd;Nawerktijd;Lijn\r\n"
    text += "x1;telefoon;31/12/2024 14:05;1,5;Beantwoord;12:30;1,5 min;lijn 2\r\n"
    text += "x2;telefoon;31-12-2024 14u07;0,25;Afgehaakt;;;\r\n"
    text += "x3;chat;31.12.2024 9h;0;Bezet;;;;;\r\n"
    log = log_of(tmp_path, text.encode("utf-8"))
    assert log.arrival.tolist() == [9 * HOUR, 14 * HOUR + 5 * MINUTE, 14 * HOUR + 7 * MINUTE]
    assert log.wait.tolist() == [0, 90_000, 15_000]
    assert log.outcome.tolist() == [BLOCKED, ANSWERED, ABANDONED]
    assert log.handling.tolist() == [UNKNOWN, 12 * MINUTE + 30 * SECOND + 90 * SECOND, UNKNOWN]
    assert any("arrival is column 'Tijdstip'" in note for note in log.notes)


def test_columns_and_words_as_the_user_says(tmp_path) -> None:
    text = "Wanneer\tWat\n2024-01-02 10:00\tdoorverbonden\n2024-01-02 10:01\tvreemd\n"
    log = log_of(
        tmp_path, text, columns={"arrival": "Wanneer", "outcome": "Wat"}, outcomes={"Doorverbonden": "answered"}
    )
    assert log.outcome.tolist() == [ANSWERED, NOT_SAID]
    assert any("'vreemd' (1 rows)" in note for note in log.notes)
    with pytest.raises(SimError, match=r"has no column 'Waneer' for arrival.*Did you mean 'Wanneer'"):
        read(tmp_path / "calls.csv", columns={"arrival": "Waneer"})
    with pytest.raises(SimError, match=r"'arival' is nothing a log says.*Did you mean 'arrival'"):
        read(tmp_path / "calls.csv", columns={"arival": "Wanneer"})
    with pytest.raises(SimError, match=r"'anwered' for 'x' is not an outcome.*Did you mean 'answered'"):
        read(tmp_path / "calls.csv", columns={"arrival": "Wanneer", "outcome": "Wat"}, outcomes={"x": "anwered"})
    with pytest.raises(SimError, match="no column is known as the arrival"):
        read(tmp_path / "calls.csv")


@pytest.mark.parametrize(
    ("cells", "first", "days", "note"),
    [
        # A number above 12 decides for the whole column.
        (("02/03/2020 9:00", "27/02/2020 9:00"), dt.date(2020, 2, 27), 5, None),
        (
            ("02/03/2020 9:00", "02/27/2020 9:00"),
            dt.date(2020, 2, 3),
            25,
            "month, day, year: 1 of 2, such as 02/27",
        ),
        (("2/3/2020 9:00", "4/3/2020 9:00"), dt.date(2020, 3, 2), 3, "nothing tells whether dates such as 2/3/2020"),
        # Nothing to tell: the same either way, or the year comes first.
        (("02/02/2020 9:00", "03/03/2020 9:00"), dt.date(2020, 2, 2), 31, None),
        (("2020-02-03 9:00", "2020-03-02 9:00"), dt.date(2020, 2, 3), 29, None),
    ],
)
def test_the_whole_column_says_whether_the_month_comes_first(tmp_path, cells, first, days, note) -> None:
    log = log_of(tmp_path, "\n".join(["arrival", *cells]))
    assert (log.start, log.days, len(log)) == (first, days, 2)
    told = [text for text in log.notes if "day, year" in text or "dates such as" in text]
    assert len(told) == (note is not None)
    assert note is None or note in told[0]


def test_a_column_of_both_orders_is_read_as_most_and_as_the_user_says(tmp_path) -> None:
    text = "arrival\n02/27/2020 9:00\n02/28/2020 9:00\n29/02/2020 9:00\n02/03/2020 9:00\n"
    log = log_of(tmp_path, text)
    assert [(row.line, row.reason) for row in log.dropped] == [(4, "the date does not exist")]
    assert any("most are like 02/27/2020 9:00; those like 29/02/2020" in note for note in log.notes)
    log = log_of(tmp_path, text, dates="day-first")
    assert [row.line for row in log.dropped] == [2, 3]
    with pytest.raises(SimError, match=r"'month' is unknown; allowed are day-first and month-first"):
        read(tmp_path / "calls.csv", dates="month")


def test_daily_counts_with_the_month_first(tmp_path) -> None:
    path = tmp_path / "days.csv"
    path.write_text("date,count\n" + "".join(f"1/{day}/2024,{day}\n" for day in range(1, 32)))
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert (found.start, found.days, found.missing) == (dt.date(2024, 1, 1), 31, ())
    assert any("month, day, year: 19 of 31" in note for note in found.notes)


PROVINCES = """Beller;Kanaal;Wachtrij;Provincie;Tijdstip;Afloop
a;telefoon;lijn 1;Antwerpen;2024-01-02 10:00;beantwoord
b;telefoon;lijn 2;West/Oost;2024-01-02 10:05;afgehaakt
c;telefoon;lijn 1;;2024-01-02 10:06;afgehaakt
d;chat;chat;;2024-01-02 10:10;beantwoord
"""


def test_provinces_make_the_queues_of_a_channel(tmp_path) -> None:
    log = log_of(tmp_path, PROVINCES)
    assert log.by_province
    assert log.queues == ("telefoon/Antwerpen", "telefoon/West-Oost", "telefoon/unknown", "chat")
    assert log.channels == ("telefoon", "chat")
    for words in (
        "column 'Wachtrij' is not used, since provinces make the queues; --channel-column Wachtrij makes",
        "1 contacts of telefoon have no province",
        "chat has one queue for all provinces: only 0 % of its contacts have a province",
    ):
        assert any(words in note for note in log.notes), words


def test_the_user_says_what_makes_queues_and_channels(tmp_path) -> None:
    for columns in ({"province": "none"}, {"queue": "Wachtrij"}):
        log = log_of(tmp_path, PROVINCES, columns=columns)
        assert (log.by_province, log.queues) == (False, ("lijn 1", "lijn 2", "chat"))
    assert any("--province-column Provincie makes its provinces the queues" in note for note in log.notes)
    log = log_of(tmp_path, PROVINCES, columns={"channel": "Wachtrij"})
    assert log.channels == ("lijn 1", "lijn 2", "chat")
    assert log.queues == ("lijn 1", "lijn 2/West-Oost", "chat")  # half of line 1's contacts have a province


def test_date_and_time_apart_and_cells_over_lines(tmp_path) -> None:
    text = (
        'Datum,Uur,Opmerking\n02/01/2024,9:15,"een\nzin, met komma"\n02/01/2024,9:20,"niet dicht\n03/01/2024,25:00,\n'
    )
    log = log_of(tmp_path, text)
    assert log.arrival.tolist() == [9 * HOUR + 15 * MINUTE]
    assert [(row.line, row.reason) for row in log.dropped] == [
        (4, "a quotation mark is not closed"),
        (5, "the time of day does not exist"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-12-31T14:05:06.5", "2024-12-31 14:05:06.500"),
        ("20241231T140506", "2024-12-31 14:05:06"),
        ("31/12/2024 14:05", "2024-12-31 14:05"),
        ("31-12-2024 14u05", "2024-12-31 14:05"),
        ("1.2.24 9h", "2024-02-01 09:00"),
        ("2024-12-31T13:05Z", "2024-12-31 14:05"),
        ("2024-07-01 12:05:00+00", "2024-07-01 14:05"),
        ("1735650300", "2024-12-31 14:05"),
        ("31/12/2024 2:05:06 PM", "2024-12-31 14:05:06"),
        ("2024-12-31 12:05 a.m.", "2024-12-31 00:05"),
    ],
)
def test_moments(text, expected) -> None:
    since = dt.datetime.fromisoformat(expected) - dt.datetime(1970, 1, 1)
    assert moment(text, ZONE) == since // dt.timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90", 90), ("90,5", 90.5), ("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1:30", 90), ("1:02:03", 3723),
        ("1 u 5 min", 3900), ("1u05", 3900), ("3 min", 180), ("1'30\"", 90), ("0 days 00:01:02", 62), ("90 sec.", 90),
    ],
)  # fmt: skip
def test_durations(text, seconds) -> None:
    assert duration(text, "wait", unit=SECOND, comma=True) == round(seconds * SECOND)


def test_thousands_by_comma_where_commas_separate() -> None:
    assert duration("1,234", "wait", unit=SECOND, comma=False) == 1234 * SECOND
    assert duration("1,234", "wait", unit=SECOND, comma=True) == 1234


def test_every_bad_row_is_told(tmp_path) -> None:
    rows = [
        ("5", "2024-13-01 10:00", "1", "the date does not exist"),
        ("6", "gisteren", "1", "the arrival is not a date with a time"),
        ("7", "2024-12-30", "1", "the arrival has no time of day"),
        ("8", "", "1", "the arrival is not known"),
        ("9", "2024-12-30 10:00", "-4", "the wait is negative"),
        ("10", "2024-12-30 10:00", "lang", "the wait is not a duration"),
        ("11", "2024-12-30 10:00", "1e9", "the wait is longer than a week"),
        ("1", "2024-12-30 10:00", "1", "the id was there before"),
        ("12", "1999-12-30 10:00", "1", "more than 60 days from the other rows"),
        ("13", "2024-12-30 10:00\x00", "1", "a byte of value zero"),
    ]
    text = TIDY + "".join(f"{100 + int(i)},,,,2024-12-30 11:00,1,answered,5,,\n" for i in range(200))
    text += "".join(f"{i},,,,{arrival},{wait},answered,5,,\n" for i, arrival, wait, _ in rows) + "x,y\n"
    log = log_of(tmp_path, text)
    assert len(log) + len(log.dropped) == log.rows == 4 + 200 + len(rows) + 1
    assert len(log.dropped) == len(rows) + 1
    for row, (_, _, _, reason) in zip(log.dropped, rows, strict=False):
        assert reason in row.reason, row
    assert log.dropped[0].line == 206
    assert log.dropped[-1].reason == "the number of cells is not that of the header"
    assert sum(count for _, count in log.reasons) == len(log.dropped)


QUEUE_LOG = """1704186000|NONE|NONE|NONE|QUEUESTART|
1704186010|c1|phone|NONE|ENTERQUEUE||0470111111|1
1704186022|c1|phone|SIP/1|CONNECT|12|c1.1|3
1704186030|c2|phone|NONE|ENTERQUEUE||0470222222|1
1704186090|c2|phone|NONE|ABANDON|1|1|60
1704186122|c1|phone|SIP/1|COMPLETECALLER|12|100|1
1704186200.250|c3|chat|NONE|ENTERQUEUE|||1
1704186201|c3|chat|SIP/2|CONNECT|1|x|1
1704186301|c3|chat|SIP/2|BLINDTRANSFER|100|default|1|99|1
1704186400|c9|phone|SIP/2|COMPLETEAGENT|1|2|3
rubbish
1704186500|c4|phone|NONE|JOINEMPTY
1704186600|c5|phone|NONE|ENTERQUEUE||0470111111|1
1704186660|c5|phone|NONE|EXITWITHTIMEOUT|1|1|60
"""


def test_queue_log(tmp_path) -> None:
    log = log_of(tmp_path, QUEUE_LOG, "queue_log")
    assert log.start == dt.date(2024, 1, 2)
    assert log.arrival[0] == 10 * HOUR + 10 * SECOND  # 9:00:10 in UTC
    assert log.outcome.tolist() == [ANSWERED, ABANDONED, ANSWERED, CLOSED, NOT_SAID]
    assert log.wait.tolist() == [12_000, 60_000, 750, 0, 60_000]
    assert log.handling.tolist() == [100_000, UNKNOWN, 99_000, UNKNOWN, UNKNOWN]
    assert log.caller.tolist() == [0, 1, UNKNOWN, UNKNOWN, 0]
    assert [(row.line, row.reason) for row in log.dropped] == [
        (10, "the end of a contact whose beginning is not in the file"),
        (11, "not a line of five cells that begins with Unix time"),
    ]


def test_parquet_is_read_like_text(tmp_path) -> None:
    rows = {"k": np.arange(50)}
    query = (
        f"COPY (SELECT k AS id, TIMESTAMP '2024-01-02 09:00:00' + INTERVAL (k) MINUTE AS arrival, k * 1.5 AS wait, "
        f"'beantwoord' AS afloop FROM rows) TO '{tmp_path / 'calls.parquet'}' (FORMAT parquet)"
    )
    Store(tmp_path).sql(query, rows=rows)
    log = read(tmp_path / "calls.parquet")
    assert isinstance(log, Log)
    assert log.arrival[-1] == 9 * HOUR + 49 * MINUTE
    assert log.wait[-1] == 73_500
    assert log.of("answered").all()


def test_daily_counts(tmp_path) -> None:
    path = tmp_path / "dagen.csv"
    path.write_text("Datum;Aantal;Chats\n01/02/2024;12;3\n02/02/2024;9;1\n04/02/2024;7;0\n05/02/2024;veel;0\n")
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert found.start == dt.date(2024, 2, 1)
    assert found.counts.tolist() == [[12, 9, UNKNOWN, 7], [3, 1, UNKNOWN, 0]]
    assert found.missing == (2,)
    assert found.names == ("Aantal", "Chats")
    assert found.series("Chats").counts[0].tolist() == [3, 1, UNKNOWN, 0]
    assert [(row.line, row.reason, row.text) for row in found.dropped] == [
        (5, "the count is not a whole number", "veel")
    ]
    with pytest.raises(SimError, match="Did you mean 'Chats'"):
        found.series("Chat")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x00" * 900, "is empty"),
        (b"PK\x03\x04 sheets", "save the sheet as CSV"),
        (b"arrival\n", "not one row can be read; there is only a header"),
        (b"arrival;wait\nx;1\ny;2\n", "not one row can be read; first at line 2: the arrival is not a date"),
        (b"2024-01-02 10:00;12\n2024-01-02 10:01;13\n", "has no header: the first line"),
        (b"PAR1 but not really", "calls.csv"),
        (bytes(range(256)) + b"\x00" * 900, "is no text file"),
    ],
)
def test_a_file_of_nothing_is_one_clear_error(tmp_path, content, message) -> None:
    (tmp_path / "calls.csv").write_bytes(content)
    with pytest.raises(SimError, match=message):
        read(tmp_path / "calls.csv")


def test_no_file_and_no_such_format(tmp_path) -> None:
    with pytest.raises(SimError, match="cannot be read: No such file"):
        read(tmp_path / "nothing.csv")
    with pytest.raises(SimError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(SimError, match=r"'asterisk' is unknown; allowed are csv"):
        read(tmp_path, form="asterisk")
    (tmp_path / "calls.csv").write_text(TIDY)
    with pytest.raises(SimError, match="'Europe/Brussel' is not a time zone"):
        log_of(tmp_path, TIDY.replace("09:00:05", "09:00:05Z"), zone="Europe/Brussel")


BANK = (
    "vru+line\tcall_id\tcustomer_id\tpriority\ttype\tdate\tvru_entry\tvru_exit\tvru_time\tq_start\tq_exit\tq_time"
    "\toutcome\tser_start\tser_exit\tser_time\tserver\n"
    "AA0101\t1\t0\t0\tPS\t990201\t7:02:47\t7:02:56\t9\t0:00:00\t0:00:00\t0\tAGENT\t7:02:55\t7:05:41\t166\tDORIT\n"
)
SEEDS = [
    TIDY.encode(),
    QUEUE_LOG.encode(),
    BANK.encode(),
    "Datum;Aantal\n01/02/2024;12\n02/02/2024;9\n".encode("utf-16"),
]
NASTY = [
    b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b'"', b'""', b"\r", b"\n", b";", b",", b"\t", b"|", b"9" * 400, b"1e999",
    b"-1", b"\xe9", b"\xf0\x9f", b"99999-99-99 99:99", b"0000-00-00 00:00", b"2024-02-30 10:00", b"inf", b"nan",
    b"9999999999",
    b"2024-01-02T10:00+99:99", b"PAR1", b"2100-12-31 23:59:59", "١٢".encode(), b"\x1f", b"sep=;\n", b"9999999999999",
]  # fmt: skip


@st.composite
def mutilated(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(content)))
        upto = draw(st.integers(at, min(len(content), at + draw(st.sampled_from([0, 1, 20, 400])))))
        content[at:upto] = draw(st.sampled_from(NASTY) | st.binary(max_size=6))
    return bytes(content[: draw(st.integers(0, len(content)))] if draw(st.integers(0, 3)) == 0 else content)


@settings(
    max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(content=mutilated(), form=st.sampled_from([None, None, None, *FORMATS]))
def test_mutilated_files_never_end_in_a_traceback(tmp_path, content, form) -> None:
    path = tmp_path / "calls"
    path.write_bytes(content)
    try:
        found = read(path, form=form)
    except SimError:
        return
    if isinstance(found, Log):
        assert len(found) > 0
        assert (np.diff(found.arrival) >= 0).all()
        assert found.arrival[0] >= 0
        assert found.arrival[-1] < found.days * DAY
        if form not in (None, "queue_log"):
            assert len(found) + len(found.dropped) == found.rows
    else:
        assert found.counts.shape == (len(found.names), found.days)
        assert (found.counts >= UNKNOWN).all()


def test_a_hundred_thousand_rows_take_seconds(tmp_path) -> None:
    out = io.StringIO()
    rows = csv.writer(out, delimiter=";")
    rows.writerow(["id", "beller", "kanaal", "wachtrij", "tijdstip", "wachttijd", "afloop", "gesprekstijd", "lijn"])
    start = dt.datetime(2024, 1, 2)
    for k in range(100_000):
        moment_ = start + dt.timedelta(seconds=37 * k)
        rows.writerow(
            [k, k % 60_000, "telefoon", f"q{k % 5}", f"{moment_:%d/%m/%Y %H:%M:%S}", f"{k % 300},5", "beantwoord",
             f"{k % 50}:{k % 60:02}", f"l{k % 9}"]
        )  # fmt: skip
    begun = time.process_time()
    log = log_of(tmp_path, out.getvalue())
    assert time.process_time() - begun < 8
    assert len(log) == 100_000


def bank() -> Path:
    found = find_data(ROOT)
    if found is None:
        pytest.skip(f"there is no {LOG} in shared/data beside the project")
    return found


def test_the_bank_s_log() -> None:
    log = read(bank())
    assert isinstance(log, Log)
    assert (log.start, log.days, log.rows) == (dt.date(1999, 2, 1), 28, 33_344)
    assert dict(log.reasons) == {"hung up in the menu, before asking for a line": 1941, "a phantom row, no call": 278}
    assert len(log) + len(log.dropped) == log.rows
    assert log.of("answered").sum() == 27_162
    # Agents hung up on 1,819: they are kept as they are, and the fit sets short calls apart by its own rule.
    short = log.of("answered") & (log.handling < 10 * SECOND)
    assert short.sum() == 1819
    assert (log.handling[log.of("answered")] != UNKNOWN).all()
    assert "NO_SERVER" not in log.lines


def test_the_shelter_s_daily_counts() -> None:
    path = bank().parent.parent / "toronto_central_intake" / "raw_central_intake_call.csv"
    if not path.is_file():
        pytest.skip("there are no daily counts in shared/data beside the project")
    found = read(path)
    assert isinstance(found, DailyCounts)
    assert found.names[0] == "Total calls handled"
    assert (found.start, found.days, found.missing) == (dt.date(2020, 11, 3), 1154, ())


def test_columns_that_are_not_used_are_told_and_rows_left_out_are_listed(tmp_path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text("Tijdstip;klets\n31/12/2024 14:05;3\n=1+1;4\n")
    log = read(file)
    assert isinstance(log, Log)
    assert "columns not used: 'klets'; say what one is with --column, such as --column wait=NAME" in log.notes
    lines = listed(log.dropped).splitlines()
    assert lines[0] == "line,reason,text"
    assert lines[1].startswith("3,")
    assert lines[1].endswith(",'=1+1")  # no spreadsheet takes it for a formula
