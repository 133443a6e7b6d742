"""Kaplan-Meier from counts against R's survival; the R code that made the numbers is tests/reference/kaplan_meier.R."""

import math
import random

import numpy as np
import pytest

from leukon.cohort.exact import exact_rates
from leukon.cohort.kaplan_meier import estimate_kaplan_meier

MAINTAINED = """
9 11 1 0 0.0909090909 0.0133261773 0.4919197942
13 10 1 1 0.1818181818 0.0488377714 0.5525713853
18 8 1 0 0.2840909091 0.1009760258 0.6498096141
23 7 1 0 0.3863636364 0.1647007567 0.7342479600
28 6 0 1 0.3863636364 0.1647007567 0.7342479600
31 5 1 0 0.5090909091 0.2466002096 0.8326690902
34 4 1 0 0.6318181818 0.3429591676 0.9071704251
45 3 0 1 0.6318181818 0.3429591676 0.9071704251
48 2 1 0 0.8159090909 0.4749851573 0.9882615199
161 1 0 1 0.8159090909 0.4749851573 0.9882615199
"""
FORTY = """
2 40 4 0 0.1000000000 0.0387548084 0.2448589455
4 36 1 0 0.1250000000 0.0540289279 0.2745929029
5 35 1 2 0.1500000000 0.0703518337 0.3037637834
6 32 2 1 0.2031250000 0.1070657479 0.3657191193
7 29 1 1 0.2306034483 0.1270459313 0.3969670475
8 27 1 1 0.2590996169 0.1482699493 0.4290098260
9 25 1 1 0.2887356322 0.1708060739 0.4619328827
10 23 1 1 0.3196601699 0.1947533331 0.4958513161
12 21 1 0 0.3520573047 0.2202463739 0.5309111720
13 20 1 3 0.3844544394 0.2465281967 0.5647527550
14 16 0 1 0.3844544394 0.2465281967 0.5647527550
15 15 0 2 0.3844544394 0.2465281967 0.5647527550
18 13 1 1 0.4318040980 0.2807652603 0.6207687921
19 11 1 1 0.4834582709 0.3191365438 0.6786654023
21 9 2 0 0.5982453218 0.4096748521 0.7935543423
22 7 2 1 0.7130323727 0.5137864318 0.8848148076
23 4 1 0 0.7847742795 0.5774152193 0.9353819665
24 3 1 0 0.8565161864 0.6496275737 0.9725200217
28 2 1 0 0.9282580932 0.7315881704 0.9948963699
29 1 1 0 1.0000000000 nan nan
"""


def table(text):
    return np.asarray([[float(cell) for cell in line.split()] for line in text.split("\n") if line])


@pytest.mark.parametrize(
    ("text", "median"), [(MAINTAINED, (31, 13, math.nan)), (FORTY, (21, 12, 22))], ids=["aml", "forty"]
)
def test_share_interval_and_median_are_those_of_r(text, median):
    expected = table(text)
    day, _, events, censored = expected[:, :4].astype(int).T
    curve = estimate_kaplan_meier(day, events, censored)
    found = np.stack([curve.day, curve.at_risk, curve.events, curve.censored, curve.share, curve.low, curve.high])
    np.testing.assert_allclose(found.T, expected, rtol=0, atol=1e-9)
    assert curve.median() == pytest.approx(median, nan_ok=True)


def test_rates_have_the_intervals_of_r():
    _, low, high = exact_rates(np.array([0, 1, 3, 17]), np.full(4, 412))
    assert low == pytest.approx([0, 0.0000614509902531, 0.00150163136625, 0.0240367147321], abs=1e-11)
    assert high == pytest.approx([0.00895359090804, 0.0135234062887, 0.0212797890042, 0.0660646767376], abs=1e-11)


def plain_share(rows, day):
    """Product over the days of the share that stays, one person after the other."""
    share = 1.0
    for when in sorted({end for end, had in rows if had and end <= day}):
        at_risk = [row for row in rows if row[0] >= when]
        share *= 1 - len([row for row in rows if row == (when, True)]) / len(at_risk)
    return 1 - share


def test_a_curve_from_counts_is_the_plain_product_over_persons():
    rng = random.Random(6)
    for _ in range(50):
        rows = [(rng.randrange(12), rng.random() < 0.6) for _ in range(rng.randrange(1, 30))]
        curve = estimate_kaplan_meier(
            [day for day, _ in rows], [int(had) for _, had in rows], [int(not had) for _, had in rows]
        )
        assert curve.events.sum() + curve.censored.sum() == len(rows)
        for day, share in zip(curve.day, curve.share, strict=True):
            assert share == pytest.approx(plain_share(rows, day), abs=1e-12)


def test_half_is_reached_on_the_day_on_which_exactly_half_had_the_event():
    assert estimate_kaplan_meier([3, 5, 9, 9], [1, 1, 0, 0], [0, 0, 1, 1]).median()[0] == 5
    assert math.isnan(estimate_kaplan_meier([3, 5, 9, 9, 9], [1, 1, 0, 0, 0], [0, 0, 1, 1, 1]).median()[0])


def test_a_share_is_told_only_as_long_as_somebody_is_followed():
    curve = estimate_kaplan_meier([3, 8], [1, 0], [0, 1])
    assert curve.at(2)[0] == 0
    assert curve.at(8)[0] == 0.5
    assert math.isnan(curve.at(9)[0])
    assert estimate_kaplan_meier([3], [1], [0]).at(9)[0] == 1
    assert math.isnan(estimate_kaplan_meier([], [], []).at(9)[0])


def test_no_interval_of_no_width_where_nobody_or_everybody_had_the_event():
    curve = estimate_kaplan_meier([1, 2, 3], [0, 1, 1], [1, 0, 0])
    assert np.isnan(curve.low).tolist() == np.isnan(curve.high).tolist() == [True, False, True]
