"""Cumulative incidence and onset between two days: against R, published masses and plain twins."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.onset import incidence_by_hand, masses_by_em

from leukon.cohort.curves import find_curve
from leukon.cohort.npmle import NEVER, find_npmle
from leukon.events.arrays import NULL

# day, persons censored, with onset, with next course, dead: 50 invented people with ties of every kind
PEOPLE = [
    (0, 0, 1, 0, 0), (3, 3, 3, 1, 0), (8, 5, 2, 0, 1), (15, 0, 1, 2, 0), (21, 4, 2, 0, 2), (30, 6, 3, 0, 0),
    (44, 0, 1, 1, 0), (60, 10, 2, 0, 0),
]  # fmt: skip

# R 4.2.2, survival 3.5.3; d holds one row a person, ev <- factor(end, c("censor", "onset", "next_course", "death")):
#   survfit(Surv(day + 1, ev) ~ 1, data = d, id = id, conf.type = "log-log")   columns of onset, next_course
#   survfit(Surv(day + 1, end == "onset") ~ 1, data = d)                       1 - surv, std.err * surv
ONSET = """
0   50  0.0200000000000  0.0197989898732  0.00162227351754  0.0923350321627
3   49  0.0800000000000  0.0383666521865  0.02561754499283  0.1753713201220
8   42  0.1228571428571  0.0470486380677  0.04982557733528  0.2308914512506
15  34  0.1474369747899  0.0517521540607  0.06442935428755  0.2627808308823
21  31  0.1965966386555  0.0592940514766  0.09638263145096  0.3227190940792
30  23  0.2831603945926  0.0708121405025  0.15556190420596  0.4250355154089
44  14  0.3243812307532  0.0776775635151  0.18120176634928  0.4761429860204
60  12  0.4068229030743  0.0867757934524  0.23892966879885  0.5683468700327
"""
NEXT_COURSE = """
0   50  0.0000000000000  0.0000000000000  nan               nan
3   49  0.0200000000000  0.0197989898732  0.00162227351754  0.0923350321627
8   42  0.0200000000000  0.0197989898732  0.00162227351754  0.0923350321627
15  34  0.0691596638655  0.0387263019638  0.01779922185940  0.1701039392709
21  31  0.0691596638655  0.0387263019638  0.01779922185940  0.1701039392709
30  23  0.0691596638655  0.0387263019638  0.01779922185940  0.1701039392709
44  14  0.1103805000261  0.0545224125428  0.03272972053700  0.2416305754028
60  12  0.1103805000261  0.0545224125428  0.03272972053700  0.2416305754028
"""
NAIVE = """
0   50  0.020000000000  0.0197989898732
3   49  0.080000000000  0.0383666521865
8   42  0.123809523810  0.0474245460868
15  34  0.149579831933  0.0525671955660
21  31  0.204445649227  0.0618569283506
30  23  0.308213608024  0.0775520174942
44  14  0.357626921736  0.0863312397539
60  12  0.464689101447  0.0997582813051
"""
DAY, CENSORED, WITH_ONSET, WITH_NEXT, DEAD = np.array(PEOPLE).T


@pytest.mark.parametrize(
    ("ended", "competed", "censored", "in_r"),
    [
        (WITH_ONSET, WITH_NEXT + DEAD, CENSORED, ONSET),
        (WITH_NEXT, WITH_ONSET + DEAD, CENSORED, NEXT_COURSE),
        (WITH_ONSET, 0 * DAY, CENSORED + WITH_NEXT + DEAD, NAIVE),
    ],
)
def test_curves_errors_and_intervals_are_those_of_r(ended, competed, censored, in_r):
    found = find_curve(DAY, ended, competed, censored)
    columns = (found.day, found.at_risk, found.estimate, found.std_error, found.low, found.high)
    wanted = np.loadtxt(in_r.strip().splitlines()).T
    np.testing.assert_allclose(np.array(columns[: len(wanted)]), wanted, rtol=1e-10, atol=1e-15)


ENDS = ("censored", "onset", "death")
people = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(ENDS)), min_size=1, max_size=40)


@settings(derandomize=True, database=None, deadline=None, max_examples=50)
@given(people)
def test_the_curve_is_that_of_a_plain_twin_and_all_ends_together_are_whole(people):
    days = np.array(sorted({day for day, _ in people}))
    counts = {end: np.array([people.count((day, end)) for day in days]) for end in ENDS}
    found = find_curve(days, counts["onset"], counts["death"], counts["censored"])
    wanted = incidence_by_hand(people, "onset")
    np.testing.assert_allclose(found.estimate, [float(wanted[day]) for day in days], atol=1e-12)
    other = find_curve(days, counts["death"], counts["onset"], counts["censored"])
    either = find_curve(days, counts["onset"] + counts["death"], 0 * days, counts["censored"])
    np.testing.assert_allclose(found.estimate + other.estimate, either.estimate, atol=1e-12)
    assert (np.diff(found.estimate) >= 0).all()
    known = ~np.isnan(found.low)
    assert (found.low[known] <= found.estimate[known]).all()
    assert (found.estimate[known] <= found.high[known]).all()


def test_everybody_ending_on_one_day_is_everybody():
    found = find_curve(np.array([4]), np.array([3]), np.array([0]), np.array([0]))
    assert found.estimate.tolist() == [1.0]
    assert found.std_error.tolist() == [0.0]
    assert np.isnan([found.low, found.high]).all()


# Finkelstein and Wolfe 1985, Biometrics 41:933: months to cosmetic deterioration after radiotherapy alone, 46 women.
COSMESIS = """
45- 6-10 0-7 46- 46- 7-16 17- 7-14 37-44 0-8 4-11 15- 11-15 22- 46- 46- 25-37 46- 26-40 46- 27-34 36-44 46- 36-48 37-
40- 17-25 46- 11-18 38- 5-12 37- 0-5 18- 24- 36- 5-11 19-35 17-25 24- 32- 33- 19-26 37- 34- 36-
"""
# The masses as printed by Fay and Shaw 2010 (Journal of Statistical Software 36(2), icfit of these data).
PUBLISHED = {
    (4, 5): 0.0463, (6, 7): 0.0334, (7, 8): 0.0887, (11, 12): 0.0708, (24, 25): 0.0926, (33, 34): 0.0818,
    (38, 40): 0.1209, (46, 48): 0.4656,
}  # fmt: skip
# R 4.2.2, survival 3.5.3: survfit(Surv(left, right, type = "interval2") ~ 1), steps of surv; it stops at about 1e-4.
IN_R = {
    (4, 5): 0.046338008719, (6, 7): 0.033393242430, (7, 8): 0.088645536972, (11, 12): 0.070745846218,
    (24, 25): 0.092627726478, (33, 34): 0.081811671296, (38, 40): 0.120554447, (46, 48): 0.465538821701,
}  # fmt: skip


def masses(left, right, persons, **how):
    fit = find_npmle(np.array(left), np.array(right), np.array(persons), **how)
    assert fit.converged
    return {
        (int(after), int(by)): mass
        for after, by, mass in zip(fit.after, fit.by, fit.mass.tolist(), strict=True)
        if mass > 1e-6
    }


def cosmesis():
    ends = [said.split("-") for said in COSMESIS.split()]
    return [int(left) for left, _ in ends], [int(right) if right else NULL for _, right in ends]


def test_the_masses_of_a_published_example_are_those_printed():
    found = masses(*cosmesis(), [1] * 46)
    assert {key: round(mass, 4) for key, mass in found.items()} == PUBLISHED
    assert found == pytest.approx(IN_R, abs=5e-4)


def test_they_are_those_of_plain_expectation_and_maximisation():
    left, right = cosmesis()
    twin = masses_by_em([(a, None if b == NULL else b) for a, b in zip(left, right, strict=True)])
    twin = {(after, NEVER if by == float("inf") else by): mass for (after, by), mass in twin.items() if mass > 1e-6}
    assert masses(left, right, [1] * 46, gap=1e-11) == pytest.approx(twin, abs=1e-7)


seen = st.lists(
    st.tuples(st.integers(-1, 20), st.none() | st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=25
)


@settings(derandomize=True, database=None, deadline=None, max_examples=80)
@given(seen)
def test_at_the_maximum_no_mass_can_be_moved_to_gain_anything(seen):
    left = np.array([left for left, _, _ in seen])
    right = np.array([NULL if length is None else left + length for left, length, _ in seen])
    persons = np.array([persons for _, _, persons in seen])
    fit = find_npmle(left, right, persons, gap=1e-9)
    assert fit.converged
    assert fit.mass.sum() == pytest.approx(1)
    assert (fit.mass >= 0).all()
    last = np.where(right == NULL, NEVER, right)
    held = (left[:, None] <= fit.after) & (fit.by <= last[:, None])  # persons by intervals, the long way
    gain = (persons / (held @ fit.mass)) @ held / persons.sum()
    assert gain.max() <= 1 + 2e-9
    assert gain[fit.mass > 1e-4] == pytest.approx(1, abs=1e-3)
    again = find_npmle(left.repeat(persons), right.repeat(persons), np.ones(persons.sum(), np.int64))
    np.testing.assert_allclose(again.mass, fit.mass, atol=1e-6)


def test_what_is_known_by_a_day_has_a_least_and_a_most():
    fit = find_npmle(np.array([0, 2, 4]), np.array([3, NULL, 6]), np.array([1, 1, 2]))
    least, most = fit.by_day(np.array([2, 3, 4, 5, 6]))
    np.testing.assert_allclose([least, most], [[0, 1 / 3, 1 / 3, 1 / 3, 1], [0, 1 / 3, 1 / 3, 1, 1]], atol=1e-8)
    assert fit.last_day == 6


def test_too_few_steps_are_said():
    assert not find_npmle(*map(np.array, cosmesis()), np.ones(46, np.int64), steps=2).converged
    assert not find_npmle(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int)).converged


def test_an_interval_without_a_day_is_refused():
    with pytest.raises(ValueError, match="holds no day"):
        find_npmle(np.array([3]), np.array([3]), np.array([1]))
