"""Small numbers are hidden, and cannot be found again."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.cohort.people import cohort
from tests.cohort.test_incidence import FIVE, where
from tests.tables import expect

from leukon.cohort.adherence import CALENDAR
from leukon.cohort.disclosure import hide_small
from leukon.cohort.exact import shares
from leukon.cohort.figures import FLOAT, Figures, Margin, Split, make_figures
from leukon.cohort.flow import FLOW, find_flow
from leukon.cohort.incidence import INCIDENCE, estimate_incidence
from leukon.cohort.onset_disclosure import estimate_shown_onset
from leukon.cohort.schema import INT
from leukon.events.schema import Column

WARD = Figures(
    keys=(Column("ward", pa.string(), ""), Column("part", pa.string(), "")),
    counts=tuple(Column(name, INT, "") for name in ("persons", "ill", "events", "days", "beds")),
    derived=(Column("share", FLOAT, ""), Column("rate", FLOAT, "")),
    derive=lambda x: {"share": shares(x["ill"], x["persons"]), "rate": shares(x["events"], x["days"])},
    amounts={"days": "persons"},
    together=(("ill", "events"),),
    sums=(
        Split("persons", ("ill",), whole=False),
        Margin("part", ("persons", "ill"), "all", ("east", "west", "south")),
        Margin("part", ("beds",)),
    ),
)


def ward(*numbers, part=("east", "west", "south", "all")):
    """Rows of one ward: persons and ill of each part; each ill person is one event, each person ten days, 40 beds."""
    rows = [
        {"ward": "A", "part": name, "persons": n, "ill": ill, "events": ill, "days": 10 * n, "beds": 40}
        for name, (n, ill) in zip(part, numbers, strict=True)
    ]
    return make_figures(WARD, rows)


@pytest.mark.parametrize(("number", "shown"), [(0, "0"), (1, "-"), (4, "-"), (5, "5"), (7, "5"), (8, "10")])
def test_numbers_below_the_threshold_are_hidden_and_others_rounded(number, shown):
    rows = [{"drug": "x", "test": "cbc", "quarter": "2000-Q1", "slots": 0, "waiting": number}]
    expect(hide_small(make_figures(CALENDAR, rows), CALENDAR), f"""
    slots  waiting  hidden
    0      {shown}  {"waiting" if shown == "-" else "-"}
    """)  # fmt: skip


def test_what_is_made_of_a_hidden_number_is_hidden_and_the_rest_made_of_rounded_ones():
    expect(hide_small(ward((50, 3), (52, 22), (40, 20), (142, 45)), WARD), """
    part   persons  ill  events  days  beds  share         rate    hidden
    east   50       -    -       500   40    -             -       ill;events
    west   50       20   20      520   40    0.4           0.03846153846  -
    south  40       -    -       400   40    -             -       ill;events
    all    140      45   45      1420  40    0.3214285714  0.03169014085  -
    """)  # fmt: skip


def test_almost_all_is_as_telling_as_almost_none():
    expect(hide_small(ward((50, 47), (50, 22), (40, 20), (140, 89)), WARD), """
    part   persons  ill  hidden
    east   50       -    ill;events
    west   50       20   -
    south  40       -    ill;events
    all    140      90   -
    """)  # fmt: skip


def test_persons_that_are_hidden_hide_their_days():
    found = hide_small(ward((3, 0), (20, 10), (0, 0), (23, 10)), WARD).to_pylist()
    assert found[0]["days"] is None
    assert "days" in found[0]["hidden"]


def test_two_small_numbers_that_add_up_to_a_small_one_hide_a_third():
    found = hide_small(ward((50, 1), (50, 1), (50, 20), (150, 22)), WARD)
    assert found["ill"].to_pylist() == [None, None, None, 20]


def test_a_threshold_of_one_and_a_base_of_one_change_nothing():
    table = ward((50, 3), (52, 22), (40, 20), (142, 45))
    same = hide_small(table, WARD, threshold=1, base=1)
    assert same.drop_columns(["hidden"]).equals(table)
    assert same["hidden"].null_count == 4
    for wrong in ({"threshold": 0}, {"base": 0}):
        with pytest.raises(ValueError, match="at least 1"):
            hide_small(table, WARD, **wrong)


def test_a_number_that_is_not_none_is_never_shown_as_none():
    found = hide_small(ward((50, 3), (52, 22), (40, 20), (142, 45)), WARD, threshold=1, base=100)
    assert found["ill"].to_pylist() == [100, 100, 100, 100]


def unfound(equations, cells):
    """Of unknown cells, those that no combination of the equations gives: leaving one out costs no rank."""
    matrix = np.array([[row.get(cell, 0) for cell in cells] for row in equations], float)
    rank = np.linalg.matrix_rank(matrix)
    return {cell for at, cell in enumerate(cells) if np.linalg.matrix_rank(np.delete(matrix, at, axis=1)) == rank}


PARTS = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda x: (x[0] + x[1], x[1]))


@settings(derandomize=True, database=None, deadline=None, max_examples=150)
@given(st.lists(PARTS, min_size=3, max_size=3), st.integers(1, 8))
def test_no_hidden_number_follows_from_those_shown(parts, threshold):
    whole = tuple(map(sum, zip(*parts, strict=True)))
    table = ward(*parts, whole)
    found = hide_small(table, WARD, threshold, base=1).to_pylist()
    exact = table.to_pylist()
    # the sums once more, by hand: well = persons - ill, in each part; and both over the parts
    equations = [{("persons", p): 1, ("ill", p): -1, ("well", p): -1} for p in range(4)]
    equations += [{(name, 3): 1, (name, 0): -1, (name, 1): -1, (name, 2): -1} for name in ("persons", "ill")]
    hidden = {(name, p) for name in ("persons", "ill") for p in range(4) if found[p][name] is None}
    rests = [("well", p) for p in range(4)]
    safe = unfound(equations, [*hidden, *rests])
    assert hidden <= safe
    assert {("well", p) for p in range(4) if 0 < exact[p]["persons"] - exact[p]["ill"] < threshold} <= safe
    for was, row in zip(exact, found, strict=True):
        told = (row["hidden"] or "").split(";")
        for name in ("persons", "ill", "events", "days", "beds"):
            assert (row[name] is None) == (name in told)
            assert row[name] in (None, was[name])
        assert row["persons"] is None or row["persons"] == 0 or row["persons"] >= threshold
        assert row["ill"] is None or row["ill"] == 0 or row["ill"] >= threshold


MANY = [*FIVE * 3, *["-5:2 0:dose 30:2 99:2"] * 12, *["-5:2 0:dose 30:0.4 60:2 99:2"] * 7]


def test_the_tables_of_a_small_cohort_keep_their_secrets():
    counts = cohort(*MANY)
    flow = hide_small(find_flow(counts), FLOW)
    expect(where(flow, limit="<1.5"), """
    persons  at_risk  low_before  never_tested  at_risk_share  hidden
    35       30       -           -             0.8571428571   low_before;never_tested
    """)  # fmt: skip
    table = hide_small(estimate_incidence(counts), INCIDENCE)
    expect(where(table, window="course", limit="<0.5"), """
    persons  with_event  proportion   proportion_low  proportion_high  never_tested  never_tested_share
    30       5           0.1666666667 0.05642169647   0.3472116988     -             -
    """)  # fmt: skip
    for row in table.to_pylist():
        for name in ("persons", "with_event", "events", "first_events", "tests", "followed"):
            assert row[name] is None or row[name] == 0 or row[name] >= 5
        assert (row["with_event"] is None) == (row["proportion"] is None) or not row["persons"]


def test_curves_rise_in_steps_of_several_persons_and_those_of_few_are_not_drawn():
    many = [f"-5:2 0:dose 30:2 {40 + day}:0.9" for day in range(12)]
    counts = cohort(*many, *["-5:2 0:dose 99:2"] * 18, "-5:2 0:dose 20:0.4")
    shown = estimate_shown_onset(counts)
    naive = where(shown.onset_curves, limit="<1", way="naive")
    expect(naive, """
    day  at_risk  ended  estimate
    41   35       5      0.1428571429
    46   30       5      0.2857142857
    51   25       5      0.4285714286
    99   20       0      0.4285714286
    """)  # fmt: skip
    assert where(shown.onset_curves, limit="<=0.5").num_rows == where(shown.onset_days, limit="<=0.5").num_rows == 0
    expect(where(shown.onset_fits, limit="<=0.5"), """
    persons  not_seen  hidden
    30       0         onset
    """)  # fmt: skip
    assert shown.onset_intervals.num_rows == 0
    shares_shown = {row["at_most"] for row in where(shown.onset_days, limit="<1").to_pylist()} - {None}
    assert all(abs(share * 31 / 5 - round(share * 31 / 5)) < 1e-9 or share == 1 for share in shares_shown)
