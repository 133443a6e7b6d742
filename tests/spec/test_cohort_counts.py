"""Counts of a cohort for a handful of invented patients, both sides of every limit (decision 17)."""

import pytest
from tests.tables import day, events, expect, reviewed

import leukon
from leukon.cohort.counts import CohortCounts, add_counts, count_review
from leukon.errors import UnlikeCounts


def person(said, until=100, **how):
    """Counts of one person: `-5:2.0 0:dose 40:0.9 40:fever`; numbers are ANC. Counts are at noon, doses at midnight."""
    rows = []
    for when, what in (part.split(":") for part in said.split()):
        if what == "dose":
            rows.append(f"{when} alemtuzumab 12 mg")
        elif what in ("death", "MEDS_DEATH", "alive"):
            rows.append(f"{when} {what.replace('alive', 'death')} {'no' if what == 'alive' else '-'} -")
        elif what in ("yes", "no", "positive", "low"):
            rows.append(f"{when} {'unwell' if what in ('yes', 'no') else 'infection'} {what} -")
        elif what.startswith("T"):
            rows.append(f"{when} temperature {what[1:]} Cel")
        else:
            rows.append(f"{float(when) + 0.5} anc {what} 10*9/L")
    return count_review(reviewed("day code text_value unit\n" + "\n".join(rows), until=until, **how))


def cell(table, column, **keys):
    """The one value of a column where the keys are as said; 0 if there is no such row."""
    rows = [row for row in table.to_pylist() if all(row[key] == value for key, value in keys.items())]
    return sum(row[column] for row in rows)


def only(table, limit):
    return table.take([i for i, row in enumerate(table.to_pylist()) if row["limit"] == limit])


def test_one_person_in_every_window():
    counts = person("-5:2.0 0:dose 40:0.9 50:2.0 60:2.0 365:2.0 400:1.2 420:3 430:3 740:3", until=800)
    expect(only(counts.incidence_counts, "<1.5"), """
    window    entry  persons  with_event  seen_through  events  person_days  free_persons  first_events  free_days
    course    clear  1        1           0             2       710          1             1             40
    later     clear  1        0           0             0       10           0             0             0
    months_3  clear  1        1           0             1       80           1             1             40
    year_1    clear  1        1           0             1       355          1             1             40
    year_2    clear  1        1           0             1       345          0             0             0
    """)  # fmt: skip
    expect(only(counts.incidence_counts, "<1"), """
    window    entry  persons  with_event  seen_through  events  person_days  free_persons  first_events  free_days
    course    clear  1        1           0             1       730          1             1             40
    later     clear  1        0           0             0       10           0             0             0
    months_3  clear  1        1           0             1       80           1             1             40
    year_1    clear  1        1           0             1       355          1             1             40
    year_2    clear  1        0           1             0       365          0             0             0
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("when", "window"),
    [
        (0, "months_3"),
        (90, "months_3"),
        (91, "year_1"),
        (365, "year_1"),
        (366, "year_2"),
        (730, "year_2"),
        (731, "later"),
    ],
)
def test_an_event_lies_in_its_window_up_to_the_last_day(when, window):
    counts = person(f"-5:2.0 0:dose {when}:0.9", until=900)
    windows = {row["window"] for row in only(counts.incidence_counts, "<1").to_pylist() if row["events"]}
    assert windows == {window, "course"} | ({"year_1"} if window == "months_3" else set())


@pytest.mark.parametrize(
    ("count", "limits"),
    [
        ("1.5", []),
        ("1.4999", ["<1.5"]),
        ("1.0", ["<1.5"]),
        ("0.9999", ["<1", "<1.5"]),
        ("0.5001", ["<1", "<1.5"]),
        ("0.5", ["<1", "<1.5", "<=0.5"]),
        ("0.4999", ["<0.5", "<1", "<1.5", "<=0.5"]),
        ("0.2", ["<0.5", "<1", "<1.5", "<=0.2", "<=0.5"]),
        ("0.1", ["<0.5", "<1", "<1.5", "<=0.2", "<=0.5"]),
        ("0.0999", ["<0.1", "<0.5", "<1", "<1.5", "<=0.2", "<=0.5"]),
        ("<0.1", ["<0.1", "<0.5", "<1", "<1.5", "<=0.2", "<=0.5"]),
        ("<1", ["<1", "<1.5"]),
    ],
)
def test_a_count_crosses_the_limits_that_all_it_allows_lies_beyond(count, limits):
    counts = person(f"-5:2.0 0:dose 40:{count}")
    assert sorted(row["limit"] for row in counts.episode_counts.to_pylist() if row["episodes"]) == limits


def test_an_episode_that_may_have_crossed_a_limit_is_no_event_and_is_told():
    counts = person("-5:2.0 0:dose 40:<1")
    expect(counts.episode_counts, """
    course  limit  status   episodes  unsure_episodes
    1       <0.1   ongoing  0         1
    1       <0.5   ongoing  0         1
    1       <1     ongoing  1         0
    1       <1.5   ongoing  1         0
    1       <=0.2  ongoing  0         1
    1       <=0.5  ongoing  0         1
    """)  # fmt: skip
    assert cell(counts.incidence_counts, "unsure_events", limit="<=0.5", window="months_3") == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("0:dose", "never_tested"),
        ("-5:0.9 0:dose", "never_tested"),
        ("-5:2.0 0:dose 0:2.0", "not_observed"),
        ("-5:2.0 0:dose 40:<2", "not_observed"),
        ("-5:2.0 0:dose 0:0.9", "at_risk"),
        ("-5:2.0 0:dose 1:2.0", "at_risk"),
        ("0:dose 40:2.0", "no_baseline"),
        ("-5:<2 0:dose 40:2.0", "no_baseline"),
        ("-90:2.0 0:dose 40:2.0", "at_risk"),
        ("-91:2.0 0:dose 40:2.0", "old_baseline"),
        ("-5:1.4 0:dose 40:2.0", "low_before"),
        ("-9:1.4 -5:2.0 0:dose 40:2.0", "low_before"),
        ("-20:1.4 -12:2.0 -5:2.0 0:dose 40:2.0", "at_risk"),
        ("-200:1.4 0:dose 40:2.0", "low_before"),
    ],
)
def test_who_is_at_risk_and_who_is_left_out(said, reason):
    expect(only(person(said).flow_counts, "<1.5"), f"""
    course  reason    persons
    1       {reason}  1
    """)  # fmt: skip


def test_low_before_is_asked_of_each_limit():
    counts = person("-5:1.2 0:dose 40:0.9")
    assert cell(counts.flow_counts, "persons", limit="<1.5", reason="low_before") == 1
    assert cell(counts.flow_counts, "persons", limit="<1", reason="at_risk") == 1


def test_somebody_counted_without_a_course_is_in_the_flow_and_nowhere_at_risk():
    counts = person("5:0.9")
    assert set(counts.flow_counts["reason"].to_pylist()) == {"no_course"}
    assert counts.incidence_counts.num_rows == counts.test_counts.num_rows == 0
    assert cell(counts.episode_counts, "episodes", course=0, limit="<1") == 1


def test_a_crossing_belongs_to_the_course_in_force():
    counts = person("-5:2 0:dose 380:1.2 390:dose 400:0.4", until=500)
    crossed = {(row["course"], row["limit"]) for row in counts.episode_counts.to_pylist() if row["episodes"]}
    assert crossed == {(1, "<1.5"), (2, "<1.5"), (2, "<1"), (2, "<=0.5"), (2, "<0.5")}
    assert cell(counts.flow_counts, "persons", course=2, limit="<1.5", reason="low_before") == 1
    assert cell(counts.flow_counts, "persons", course=2, limit="<1", reason="at_risk") == 1


def test_onset_is_an_interval_and_the_next_course_has_its_day():
    counts = person("-5:2 0:dose 30:2 60:1.2 90:0.9 390:dose 400:2", until=500)
    expect(counts.interval_counts, """
    course  limit  entry  left_day  right_day  persons
    1       <0.1   clear  90        -          1
    1       <0.5   clear  90        -          1
    1       <1     clear  60        90         1
    1       <1.5   clear  30        60         1
    1       <=0.2  clear  90        -          1
    1       <=0.5  clear  90        -          1
    2       <0.1   old    10        -          1
    2       <0.5   old    10        -          1
    2       <1     low    10        -          1
    2       <1.5   low    10        -          1
    2       <=0.2  old    10        -          1
    2       <=0.5  old    10        -          1
    """)  # fmt: skip
    expect(only(counts.onset_counts, "<1"), """
    course  entry  end          day  persons
    1       clear  onset        90   1
    2       low    end_of_data  10   1
    """)  # fmt: skip
    assert cell(counts.onset_counts, "persons", course=1, limit="<=0.5", end="next_course", day=390) == 1


@pytest.mark.parametrize(
    ("limit", "count", "interval"),
    [
        ("<=0.5", "0.5001", (50, 60)),
        ("<=0.5", "0.5", (30, 50)),
        ("<=0.5", ">=0.5", (30, 60)),
        ("<=0.5", ">0.5", (50, 60)),
        ("<0.5", "0.5", (50, 60)),
        ("<0.5", ">=0.5", (50, 60)),
        ("<0.5", ">=0.4999", (30, 60)),
    ],
)  # fmt: skip
def test_a_count_is_on_this_side_of_a_limit_if_nothing_it_allows_lies_beyond(limit, count, interval):
    counts = person(f"-5:2 0:dose 30:2 50:{count} 60:0.4")
    left, right = interval
    assert cell(counts.interval_counts, "persons", limit=limit, left_day=left, right_day=right) == 1


def test_an_onset_without_a_count_before_it_has_no_left_end():
    expect(only(person("0:dose 40:0.9").interval_counts, "<1"), """
    course  entry    left_day  right_day  persons
    1       unknown  -         40         1
    """)  # fmt: skip


@pytest.mark.parametrize(("gap", "unseen"), [(4, 0), (5, 0), (6, 1), (7, 2)])
def test_an_episode_of_five_days_goes_unseen_in_a_gap_of_six(gap, unseen):
    counts = person(f"-5:2 0:dose 0:2 {gap}:2", until=gap)
    assert cell(counts.test_counts, "unseen_days", window="course") == unseen


def test_gaps_fill_the_follow_up_and_nobody_looked_after_the_last_test():
    counts = person("-5:2 0:dose 10:2 10.2:2 40:2", until=100)
    expect(counts.gap_counts, """
    course  kind          gap_days  gaps
    1       after_last    60        1
    1       before_first  10        1
    1       between       30        1
    1       longest       30        1
    """)  # fmt: skip
    expect(counts.test_counts, """
    course  window    persons  never_tested  tests  follow_up_days  unseen_days
    1       course    1        0             2      100             90
    1       months_3  1        0             2      90              80
    1       year_1    1        0             2      100             90
    """)  # fmt: skip


def test_somebody_never_tested_is_followed_and_said_to_be_so():
    expect(person("0:dose", until=800).test_counts, """
    course  window    persons  never_tested  tests  follow_up_days  unseen_days
    1       course    1        1             0      800             800
    1       later     1        1             0      70              70
    1       months_3  1        1             0      90              90
    1       year_1    1        1             0      365             365
    1       year_2    1        1             0      365             365
    """)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "marked"),
    [
        ("37:yes", 0), ("38:yes", 1), ("40:yes", 1), ("41:yes", 0), ("40:no", 0), ("40:positive", 1), ("40:low", 0),
        ("40:T38.0", 1), ("40:T37.9", 0), ("40:T>=38", 1), ("40:T<39", 0), ("39.9:T39", 1),
    ],
)  # fmt: skip
def test_a_test_with_symptoms_has_them_on_its_day_or_the_two_before(said, marked):
    counts = person(f"-5:2 0:dose {said} 40:0.9")
    assert cell(counts.test_counts, "tests_with_symptoms", window="course") == marked
    assert cell(counts.incidence_counts, "events_with_symptoms", window="course", limit="<1") == marked


def test_a_slot_is_counted_by_its_place_and_by_the_quarter():
    counts = person("-5:2 0:dose 15:2 29:2", until=95)
    assert cell(counts.adherence_counts, "slots", test="cbc", due_day=15, status="done") == 1
    assert cell(counts.adherence_counts, "slots", test="cbc", due_day=45, status="missed") == 1
    assert cell(counts.calendar_counts, "slots", test="cbc", quarter="2000-Q1", status="done") == 3
    assert cell(counts.calendar_counts, "slots", test="cbc", quarter="2000-Q2", status="due") == 0


def test_nobody_at_all_gives_empty_tables_that_can_be_added():
    nobody = leukon.review(events("day code text_value unit\n"), "alemtuzumab-ms", as_of=day(10).date())
    counts = count_review(nobody)
    assert {table.num_rows for table in counts.tables().values()} == {0}
    assert add_counts([counts, counts]) == counts


def test_counts_of_different_moments_are_not_added():
    with pytest.raises(UnlikeCounts, match="different protocols, schedules, as_of"):
        add_counts([person("0:dose", until=10), person("0:dose", until=11)])


def test_tables_that_are_not_whole_are_refused():
    tables = person("0:dose").tables()
    with pytest.raises(UnlikeCounts, match="flow_counts is not there"):
        CohortCounts.from_tables({name: table for name, table in tables.items() if name != "flow_counts"})
    with pytest.raises(UnlikeCounts, match=r"gap_counts\.gaps is not there"):
        CohortCounts.from_tables(tables | {"gap_counts": tables["gap_counts"].drop_columns(["gaps"])})


def test_the_tables_say_what_they_depend_on():
    counts = person("0:dose")
    assert counts.provenance[b"protocol"] == b"alemtuzumab-ms"
    assert {table.schema.metadata[b"as_of"] for table in counts.tables().values()} == {b"2000-04-10T23:59:59"}
    assert add_counts([counts, counts]).provenance == counts.provenance


# --- death ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["death", "MEDS_DEATH"])
def test_follow_up_ends_at_death_and_death_competes(word):
    counts = person(f"-5:2 0:dose 30:2 60:{word}")
    assert cell(counts.test_counts, "follow_up_days", window="course") == 60
    expect(only(counts.onset_counts, "<1"), """
    course  entry  end    day  persons
    1       clear  death  60   1
    """)  # fmt: skip
    assert cell(counts.gap_counts, "gap_days", kind="after_last") == 30


@pytest.mark.parametrize(
    ("said", "end", "day"),
    [
        ("30:2 60:alive", "end_of_data", 30),
        ("30:2 101:death", "end_of_data", 30),
        ("30:2 60:death 70:death", "death", 60),
        ("30:2 60:death 70:2", "death", 70),
        ("30:2 -3:death", "death", 30),
        ("-3:death", "death", 0),
        ("30:2 50:0.9 60:death", "onset", 50),
        ("30:2 50:dose 60:death", "next_course", 50),
    ],
)
def test_who_died_and_when(said, end, day):
    found = only(person(f"-5:2 0:dose {said}").onset_counts, "<1").to_pylist()
    assert (found[0]["end"], found[0]["day"]) == (end, day)


def test_what_was_due_after_death_was_not_missed():
    slots = [row for row in person("-5:2 0:dose 30:death").adherence_counts.to_pylist() if row["test"] == "cbc"]
    assert {(row["due_day"], row["status"]) for row in slots if 0 < row["due_day"] < 90} == {
        (15, "missed"), (30, "missed"), (45, "after_death"), (60, "after_death"), (75, "after_death"),
    }  # fmt: skip


def test_a_death_changes_no_table_of_the_review_but_its_account():
    said = "day code text_value unit\n-5.5 anc 2 10*9/L\n0 alemtuzumab 12 mg\n30.5 anc 0.9 10*9/L"
    before, after = reviewed(said, until=100), reviewed(said + "\n60 MEDS_DEATH - -", until=100)
    for name in ("unused", "courses", "results", "episodes", "schedule", "workup", "findings"):
        assert getattr(before, name).equals(getattr(after, name)), name
    expect(after.account, """
    use      reason  rows
    result   -       2
    dose     -       1
    finding  -       1
    """)  # fmt: skip
