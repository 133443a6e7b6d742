"""What was known when: a row takes part if its time and its recorded time are not after `as_of`."""

from datetime import date, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from tests.tables import day, events, expect, written

import leukon

TABLES = ("account", "codes_seen", "unused", "subjects", "courses", "results", "episodes", "schedule")


def known(table, as_of):
    """Row numbers of the results known at `as_of`."""
    return sorted(leukon.review(table, "alemtuzumab-ms", as_of=as_of).results["row"].to_pylist())


def counts_at(*times):
    return pa.table(
        {
            "subject_id": [1] * len(times),
            "time": pa.array([datetime.fromisoformat(time) for time in times], pa.timestamp("us")),
            "code": ["anc"] * len(times),
            "numeric_value": [0.9] * len(times),
            "unit": ["10*9/L"] * len(times),
        }
    )


def test_a_date_means_the_end_of_that_day():
    table = counts_at("2000-05-20T00:00:00", "2000-05-20T23:59:59", "2000-05-20T23:59:59.999999", "2000-05-21T00:00:00")
    for as_of in ("2000-05-20", date(2000, 5, 20), " 2000-05-20 "):
        assert known(table, as_of) == [1, 2, 3]


def test_an_instant_is_itself():
    table = counts_at("2000-05-20T07:59:59", "2000-05-20T08:00:00", "2000-05-20T08:00:00.000001")
    for as_of in ("2000-05-20T08:00:00", "2000-05-20T08:00", "2000-05-20 08:00:00", datetime(2000, 5, 20, 8)):
        assert known(table, as_of) == [1, 2]
    assert known(table, "2000-05-20T07:59:59.999999") == [1]
    assert known(table, "2000-05-20T00:00:00") == []


def test_midnight_is_not_the_end_of_the_day():
    table = counts_at("2000-05-20T00:00:00", "2000-05-20T00:00:01")
    assert known(table, datetime(2000, 5, 20)) == [1]
    assert known(table, date(2000, 5, 20)) == [1, 2]


def test_the_time_that_was_taken_is_said():
    table = counts_at("2000-05-20T07:00:00")
    assert str(leukon.review(table, "alemtuzumab-ms", as_of="2000-05-20").as_of) == "2000-05-20T23:59:59"
    assert str(leukon.review(table, "alemtuzumab-ms", as_of="2000-05-20T08:00").as_of) == "2000-05-20T08:00:00"
    assert str(leukon.review(table, "alemtuzumab-ms", as_of="last").as_of) == "2000-05-20T07:00:00"


def test_as_of_is_never_assumed():
    with pytest.raises(TypeError, match="as_of"):
        leukon.review(counts_at("2000-05-20"), "alemtuzumab-ms")


@pytest.mark.parametrize(
    "as_of", ["yesterday", "2000-13-01", "2000-05", "20000520", "", "2000-05-20T08:00+02:00", "2000-02-30"]
)
def test_what_is_no_time_is_refused(as_of):
    with pytest.raises(leukon.UsageError):
        leukon.review(counts_at("2000-05-20"), "alemtuzumab-ms", as_of=as_of)


def test_an_instant_with_an_offset_is_refused():
    aware = datetime(2000, 5, 20, 8, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(leukon.UsageError):
        leukon.review(counts_at("2000-05-20"), "alemtuzumab-ms", as_of=aware)


@pytest.mark.parametrize(("until", "rows"), [(9, []), (10, [1]), (14, [1]), (15, [1, 2]), (20, [1, 2, 3])])
def test_a_result_is_known_from_its_recorded_time_on(until, rows):
    table = events(
        """
        day code numeric_value recorded_day
        10  anc  0.9           -
        10  anc  0.8           15
        20  anc  0.7           12
        """
    )
    assert known(table, day(until).date()) == rows


def test_a_recorded_time_counts_to_the_instant():
    table = events("day code numeric_value recorded_day\n10 anc 0.9 15.5")
    assert known(table, day(15.5)) == [1]
    assert known(table, day(15.5) - timedelta(microseconds=1)) == []


WHOLE = """
subject_id day code                numeric_value unit   status      recorded_day source_id
1          0   alemtuzumab         12            mg     -           0            -
1          20  anc                 0.9           10*9/L -           21           -
1          25  anc                 0.4           10*9/L preliminary 25           A
1          25  anc                 0.6           10*9/L final       26           A
1          25  anc                 1.6           10*9/L corrected   33           A
1          30  wbc                 4.0           10*9/L -           30           -
1          30  neutrophils_percent 50            %      -           31           -
1          38  anc                 2.1           10*9/L -           38           -
1          38  anc                 -             -      -           38           -
1          45  filgrastim          0.3           mg     -           45           -
1          50  lgl_percent         85            %      -           50           -
1          400 alemtuzumab         12            mg     -           400          -
2          28  anc                 0.9           10*9/L -           28           -
2          28  potassium           4             mmol/L -           28           -
3          -   anc                 0.9           10*9/L -           29           -
"""


@pytest.mark.parametrize("until", [-1, 0, 20, 21, 24, 25, 26, 28, 29, 30, 31, 33, 38, 45, 50, 399, 400, 401])
def test_every_table_but_the_account_is_what_was_known_then(until):
    table = events(WHOLE)
    last = pa.scalar(day(until + 1), pa.timestamp("us"))
    later = [
        any(time is not None and time >= last.as_py() for time in (row["time"], row["recorded_time"]))
        for row in table.to_pylist()
    ]
    seen = leukon.review(table, "alemtuzumab-ms", as_of=day(until).date())
    then = leukon.review(table.filter([not is_later for is_later in later]), "alemtuzumab-ms", as_of=day(until).date())
    for name in TABLES[1:]:
        columns = " ".join(column for column in getattr(seen, name).column_names if column != "row")
        assert written(getattr(seen, name), columns) == written(getattr(then, name), columns)
    account = {row["use"]: row["rows"] for row in seen.account.to_pylist()}
    assert account.get("after_as_of", 0) == sum(later)


def test_a_later_row_is_after_as_of_whatever_else_is_wrong_with_it():
    table = """
    day code      numeric_value unit status
    9   anc       -1            -    bad
    9   potassium 4             -    -
    9   anc       0.9           -    cancelled
    """
    result = leukon.review(events(table), "alemtuzumab-ms", as_of=day(8).date())
    expect(result.account, "use reason rows subjects\nafter_as_of - 3 1")
    assert result.unused.num_rows == result.codes_seen.num_rows == result.subjects.num_rows == 0


def last_of(text):
    return str(leukon.review(events(text), "alemtuzumab-ms", as_of="last").as_of)


def test_last_is_the_latest_time_of_a_usable_row():
    usable = "2000-01-11T12:00:00"
    assert last_of("day code numeric_value\n5 anc 0.9\n10.5 anc 0.9") == usable
    assert last_of("day code numeric_value\n5 anc 0.9\n10.5 alemtuzumab 12") == usable
    assert last_of("day code numeric_value\n5 anc 0.9\n10.5 nk_percent 40") == usable
    assert last_of("day code numeric_value\n10.5 wbc 2\n10.5 neutrophils_percent 40") == usable


def test_last_looks_at_no_row_that_is_not_used():
    table = """
    day  code      numeric_value unit   status
    10.5 anc       0.9           10*9/L -
    20   potassium 4             mmol/L -
    21   anc       0.9           -      -
    22   anc       0.9           10*9/L preliminary
    23   anc       -             10*9/L cancelled
    24   alemtuzumab 0           mg     -
    """
    assert last_of(table) == "2000-01-11T12:00:00"


def test_last_is_a_recorded_time_where_that_is_later():
    assert last_of("day code numeric_value recorded_day\n5 anc 0.9 8\n6 anc 0.9 -") == "2000-01-09T00:00:00"


def test_at_last_every_usable_row_takes_part():
    result = leukon.review(events(WHOLE), "alemtuzumab-ms", as_of="last")
    assert "after_as_of" not in result.account["use"].to_pylist()
    assert sum(result.account["rows"].to_pylist()) == 15


def test_last_of_nothing_usable_is_refused():
    for text in ("day code numeric_value\n1 potassium 4", "subject_id day code numeric_value"):
        with pytest.raises(leukon.UsageError):
            leukon.review(events(text), "alemtuzumab-ms", as_of="last")


# ---- wall clock


def test_times_with_an_offset_in_a_file_are_kept_as_wall_clock_or_converted(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(
        "subject_id,time,code,numeric_value,unit\n"
        "1,2000-05-20T23:30:00+02:00,anc,0.9,10*9/L\n"
        "1,2000-05-21T00:30:00Z,anc,0.8,10*9/L\n"
        "1,2000-05-22,anc,0.7,10*9/L\n"
        "1,2000-05-23T08:00:00,anc,0.6,10*9/L\n"
    )
    kept = leukon.review(leukon.read(path), "alemtuzumab-ms", as_of="last").results
    expect(
        kept,
        """
        value time
        0.9   2000-05-20T23:30:00
        0.8   2000-05-21T00:30:00
        0.7   2000-05-22
        0.6   2000-05-23T08:00:00
        """,
    )
    converted = leukon.read(path, timezone="Asia/Tokyo")
    expect(
        leukon.review(converted, "alemtuzumab-ms", as_of="last").results,
        """
        value time
        0.9   2000-05-21T06:30:00
        0.8   2000-05-21T09:30:00
        0.7   2000-05-22
        0.6   2000-05-23T08:00:00
        """,
    )


def test_a_column_with_a_time_zone_is_kept_as_its_wall_clock_or_converted():
    utc = pa.array([datetime(2000, 5, 20, 21, 30)], pa.timestamp("us")).cast(pa.timestamp("us", "Europe/Athens"))
    table = counts_at("2000-05-20").set_column(1, "time", utc)
    expect(leukon.review(table, "alemtuzumab-ms", as_of="last").results, "time\n2000-05-21T00:30:00")
    there = leukon.review(table, "alemtuzumab-ms", as_of="last", timezone="America/New_York")
    expect(there.results, "time\n2000-05-20T17:30:00")


def test_an_unknown_time_zone_is_refused():
    with pytest.raises(leukon.UsageError):
        leukon.review(counts_at("2000-05-20"), "alemtuzumab-ms", as_of="last", timezone="Mars/Olympus")


def test_a_date_alone_is_midnight():
    table = counts_at("2000-05-20").set_column(1, "time", pa.array([date(2000, 5, 20)], pa.date32()))
    expect(leukon.review(table, "alemtuzumab-ms", as_of="last").results, "time\n2000-05-20")
    assert known(table, "2000-05-20T00:00:00") == [1]
