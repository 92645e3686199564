import pytest

from sim import units as q


@pytest.mark.parametrize(
    ("text", "ms"), [("25 min", 1_500_000), ("1 h 30 min", 5_400_000), ("45 s", 45_000), ("2 days", 172_800_000)]
)
def test_durations_are_read_and_written_back(text, ms):
    assert q.parse_duration(text) == ms
    assert q.parse_duration(q.format_duration(ms)) == ms


@pytest.mark.parametrize("wrong", ["20", 20, "20:00", "20 m", "", "-5 min", "min", "5 parsecs", True, None])
def test_a_duration_without_a_clear_unit_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        q.parse_duration(wrong)


def test_hours_may_pass_midnight():
    hours = q.parse_hours("mon-fri 22:00-06:00")
    assert hours.spans[0] == ((22 * 3_600_000, 30 * 3_600_000),)
    assert hours.spans[5] == ()


@pytest.mark.parametrize("text", ["80 %", "17.25 %", "0 %", "100 %"])
def test_shares_are_read_and_written_back(text):
    assert q.format_percent(q.parse_percent(text)) == text
