"""Was it done, and what could have been seen: from the counts of a few invented people."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cohort.people import cohort
from tests.cohort.test_incidence import where
from tests.tables import expect

from leukon.cohort.adherence import OVER, estimate_adherence, estimate_calendar, estimate_phases
from leukon.cohort.watch import describe_gaps, describe_watch

TWO = ("-5:2 0:dose 15:2 29:2", "-5:2 0:dose 22:2")


def test_slots_are_counted_by_their_place():
    expect(where(estimate_adherence(cohort(*TWO, until=50)), test="cbc"), """
    phase          due_day  slots  done  off_time  incomplete  missed  waiting
    baseline       0        2      2     0         0           0       0
    every_15_days  15       2      1     1         0           0       0
    every_15_days  30       2      1     0         0           1       0
    every_15_days  45       0      0     0         0           0       2
    every_15_days  60       0      0     0         0           0       2
    """)  # fmt: skip


def test_slots_are_counted_by_phase_and_by_quarter_with_exact_intervals():
    counts = cohort(*TWO, until=50)
    # R 4.2.2: binom.test(2, 4), binom.test(1, 4)
    expect(where(estimate_phases(counts), test="cbc", phase="every_15_days"), """
    slots  done  missed  waiting  done_share  done_share_low  done_share_high  missed_share_low  missed_share_high
    4      2     1       4        0.5         0.06758598649   0.9324140135     0.00630946321     0.8058795503
    """)  # fmt: skip
    expect(where(estimate_calendar(counts), test="cbc", quarter="2000-Q1"), """
    slots  done  off_time  missed  waiting
    6      4     1         1       4
    """)  # fmt: skip


def test_slots_that_only_wait_have_no_share():
    expect(where(estimate_adherence(cohort("-5:2 0:dose", until=16)), test="cbc", due_day=15), """
    slots  waiting  done_share  done_share_low  missed_share_high
    0      1        -           -               -
    """)  # fmt: skip


def test_time_in_which_an_episode_could_have_gone_unseen():
    counts = cohort("-5:2 0:dose 10:2 41:2", "0:dose")
    # of 5 days: 5 of the first 10, 26 of the 31 between, all 59 after; and all 100 of the second person
    expect(describe_gaps(counts), """
    course  episode_days  persons  tested  longest_over_30  longest_over_60  longest_median_days  follow_up_days  unseen_days  unseen_share
    1       5             2        1       1                0                31                   200             190          0.95
    """)  # fmt: skip
    expect(describe_gaps(counts, 30), """
    episode_days  unseen_days  unseen_share
    30            160          0.8
    """)  # fmt: skip
    expect(where(describe_watch(counts), window="course"), """
    persons  never_tested  tests  follow_up_days  unseen_days  never_tested_share  tests_per_30_days  unseen_share
    2        1             2      200             190          0.5                 0.3                0.95
    """)  # fmt: skip


@pytest.mark.parametrize(("gap", "over"), [(30, 0), (31, 1)])
def test_a_gap_is_longer_than_its_limit_from_the_next_day(gap, over):
    assert describe_gaps(cohort(f"-5:2 0:dose {gap}:2"))["longest_over_30"].to_pylist() == [over]


def test_nobody_tested_has_no_longest_gap():
    expect(describe_gaps(cohort("0:dose")), """
    persons  tested  longest_over_30  longest_median_days  unseen_share
    1        0       0                -                    1
    """)  # fmt: skip


def test_an_episode_without_days_is_refused():
    with pytest.raises(ValueError, match="at least one day"):
        describe_gaps(cohort(), 0)


PEOPLE = st.lists(
    st.sampled_from([*TWO, "0:dose", "-5:2 0:dose 5:2 99:0.4 390:dose 400:0.4", "-5:2 0:dose 20:death"]), max_size=5
)


@settings(derandomize=True, database=None, deadline=None, max_examples=25, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(PEOPLE, st.sampled_from([50, 450]))
def test_no_slot_and_no_day_is_lost_between_the_tables(people, until):
    counts = cohort(*people, until=until)
    tables = [make(counts).to_pylist() for make in (estimate_adherence, estimate_phases, estimate_calendar)]
    whole = sum(counts.adherence_counts["slots"].to_pylist())
    for rows in tables:
        assert sum(row["slots"] + row["waiting"] + row["after_death"] for row in rows) == whole
        assert all(row["slots"] == sum(row[status] for status in OVER) for row in rows)
    gaps = {row["course"]: row for row in describe_gaps(counts).to_pylist()}
    watched = [row for row in describe_watch(counts).to_pylist() if row["window"] == "course"]
    assert len(gaps) == len(watched)
    for row in watched:
        beside = gaps[row["course"]]
        assert row["persons"] - row["never_tested"] == beside["tested"]
        assert all(row[name] == beside[name] for name in ("persons", "follow_up_days", "unseen_days"))


def test_what_was_due_after_death_stands_apart():
    found = estimate_adherence(cohort("-5:2 0:dose 15:2 20:death", until=50))
    expect(where(found, test="cbc", phase="every_15_days").slice(0, 3), """
    due_day  slots  done  missed  after_death  waiting  done_share
    15       1      1     0       0            0        1
    30       0      0     0       1            0        -
    45       0      0     0       1            0        -
    """)  # fmt: skip
