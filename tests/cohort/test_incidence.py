"""How often, and who is left out: estimates from the counts of a few invented people."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.cohort.people import cohort
from tests.tables import expect

from leukon.cohort.flow import find_flow
from leukon.cohort.incidence import INCIDENCE, estimate_incidence
from leukon.cohort.schema import ENTRIES, REASONS_OF_FLOW
from leukon.errors import UnknownName

FIVE = (
    "-5:2 0:dose 40:0.9 50:2 60:2 99:2",  # an episode below 1
    "-5:2 0:dose 40:1.2 50:2 60:2 99:2",  # one below 1.5
    "-5:2 0:dose 99:2",
    "-5:1.2 0:dose 99:2",  # low before
    "0:dose",  # never tested
)


def where(table, **keys):
    rows = [i for i, row in enumerate(table.to_pylist()) if all(row[k] == v for k, v in keys.items())]
    return table.take(pa.array(rows, pa.int64()))


# The intervals are those of R 4.2.2: binom.test(2, 3), binom.test(1, 4), poisson.test(2, 277 / 36525) ...
def test_a_proportion_is_of_those_at_risk_and_a_rate_of_their_days():
    found = where(estimate_incidence(cohort(*FIVE)), window="course")
    expect(found.slice(0, 3), """
    limit  grade_v5  grade_v6  persons  with_event  person_days  proportion    proportion_low  proportion_high
    <1.5   2         1         3        2           277          0.6666666667  0.09429932405   0.9915962413
    <1     3         2         4        1           386          0.25          0.00630946321   0.8058795503
    <=0.5  -         -         4        0           396          0             0               0.6023646356
    """)  # fmt: skip
    expect(found.slice(0, 3), """
    events  rate         rate_low     rate_high    first_events  free_days  first_rate
    2       263.7184116  31.9375231  952.6415778  2             179        408.1005587
    1       94.62435233  2.395681183  527.2131473  1             337        108.3827893
    0       0            0            340.2432375  0             396        0
    """)  # fmt: skip


def test_how_well_anybody_looked_stands_beside_every_rate():
    found = estimate_incidence(cohort(*FIVE, "-5:2 0:dose 38:yes 40:0.9 99:2"))
    expect(where(found, limit="<1", window="months_3"), """
    followed  never_tested  tests  follow_up_days  tests_per_30_days  never_tested_share  tests_with_symptoms_share  events_with_symptoms_share
    6         3             7      540             0.3888888889       0.5                 0.1428571429               0.5
    """)  # fmt: skip


def test_nobody_at_risk_has_a_row_and_no_proportion():
    expect(where(estimate_incidence(cohort("0:dose")), window="course", limit="<1"), """
    persons  with_event  followed  never_tested  proportion  proportion_low  rate  rate_high  tests_per_30_days  tests_with_symptoms_share
    0        0           1         1             -           -               -     -          0                  -
    """)  # fmt: skip


def test_everybody_with_an_event_has_an_interval_too():
    expect(where(estimate_incidence(cohort("-5:2 0:dose 40:0.9")), window="course", limit="<1"), """
    persons  with_event  proportion  proportion_low  proportion_high
    1        1           1           0.025           1
    """)  # fmt: skip


def test_who_is_at_risk_can_be_asked_otherwise():
    counts = cohort(*FIVE)
    asked = estimate_incidence(counts, entries=("clear", "low"))
    assert where(asked, window="course", limit="<1.5")["persons"].to_pylist() == [4]
    with pytest.raises(UnknownName, match="no entry 'fresh'"):
        estimate_incidence(counts, entries=("fresh",))


def test_the_flow_says_why_somebody_is_left_out():
    expect(find_flow(cohort(*FIVE, "5:2")).slice(0, 8), """
    drug         course  limit  persons  at_risk  low_before  never_tested  no_course  at_risk_share
    -            0       <1.5   1        0        0           0             1          0
    -            0       <1     1        0        0           0             1          0
    -            0       <=0.5  1        0        0           0             1          0
    -            0       <0.5   1        0        0           0             1          0
    -            0       <=0.2  1        0        0           0             1          0
    -            0       <0.1   1        0        0           0             1          0
    alemtuzumab  1       <1.5   5        3        1           1             0          0.6
    alemtuzumab  1       <1     5        4        0           1             0          0.8
    """)  # fmt: skip


def test_of_nobody_at_all_the_tables_are_empty_and_whole():
    nobody = cohort()
    assert estimate_incidence(nobody).schema == INCIDENCE.schema
    assert estimate_incidence(nobody).num_rows == find_flow(nobody).num_rows == 0


PEOPLE = st.lists(st.sampled_from([*FIVE, "5:2", "-5:2 0:dose 40:0.1 390:dose 400:0.4", "-200:2 0:dose 9:<2 30:<1"]))


@settings(derandomize=True, database=None, deadline=None, max_examples=25, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(PEOPLE)
def test_nobody_and_nothing_is_lost_between_the_tables(people):
    counts = cohort(*people, until=500)
    flow, found = find_flow(counts).to_pylist(), estimate_incidence(counts, ENTRIES).to_pylist()
    proper = {key(row): row for row in estimate_incidence(counts).to_pylist()}
    for row in flow:
        assert row["persons"] == sum(row[reason] for reason in REASONS_OF_FLOW)
        if row["course"]:
            assert proper[row["drug"], row["course"], "course", row["limit"]]["persons"] == row["at_risk"]
    for limit in {row["limit"] for row in flow}:
        of_limit = [row for row in flow if row["limit"] == limit]
        assert sum(row["persons"] for row in of_limit) == sum("dose" in x for x in people) + people.count("5:2") + (
            sum("390:dose" in x for x in people)
        )
        episodes = [row for row in counts.episode_counts.to_pylist() if row["limit"] == limit and row["course"]]
        events = {w: sum(r["events"] for r in found if r["limit"] == limit and r["window"] == w) for w in WINDOWS}
        assert events["course"] == sum(row["episodes"] for row in episodes)
        assert events["year_1"] + events["year_2"] + events["later"] == events["course"]


WINDOWS = ("year_1", "year_2", "later", "course")


def key(row):
    return tuple(row[name] for name in ("drug", "course", "window", "limit"))
