"""A count is the set of values it allows: each comparator below, on and above a limit, written out."""

import numpy as np
import pytest
from tests.tables import tidy

from leukon.events.schema import COMPARATORS
from leukon.monitor.limits import all_above, all_below, all_from, all_up_to

# Whether all that each count allows is below, at most, at least, or above 1.0.
TABLE = """
count  below  up_to  from   above
0.9    yes    yes    -      -
1.0    -      yes    yes    -
1.1    -      -      yes    yes
<0.9   yes    yes    -      -
<1.0   yes    yes    -      -
<1.1   -      -      -      -
<=0.9  yes    yes    -      -
<=1.0  -      yes    -      -
<=1.1  -      -      -      -
>=0.9  -      -      -      -
>=1.0  -      -      yes    -
>=1.1  -      -      yes    yes
>0.9   -      -      -      -
>1.0   -      -      yes    yes
>1.1   -      -      yes    yes
none   -      -      -      -
"""
QUESTIONS = {"below": all_below, "up_to": all_up_to, "from": all_from, "above": all_above}


def _counts(words):
    """Values and comparators as the tables hold them; `none` is a value that is not there."""
    values = [float("nan") if word == "none" else float(word.lstrip("<=>")) for word in words]
    signs = [word.rstrip("0123456789.") for word in words]
    numbers = [COMPARATORS.index(sign) if sign in COMPARATORS else -1 for sign in signs]
    return np.array(values), np.array(numbers, np.int8)


def test_each_comparator_on_both_sides_of_a_limit():
    names, *lines = [line.split() for line in TABLE.strip().splitlines()]
    counts = [line[0] for line in lines]
    answers = [QUESTIONS[name](*_counts(counts), 1.0) for name in names[1:]]
    rows = [[count, *("yes" if said else "-" for said in row)] for count, *row in zip(counts, *answers, strict=True)]
    assert tidy("\n".join(" ".join(row) for row in [names, *rows])) == tidy(TABLE)


@pytest.mark.parametrize("question", QUESTIONS.values())
def test_without_a_limit_nothing_is_beyond_it(question):
    values, comparators = _counts(["0", "1", "<1", "<=1", ">=1", ">1"])
    assert not question(values, comparators, np.full(values.size, np.nan)).any()


def test_each_count_may_have_a_limit_of_its_own():
    values, comparators = _counts(["1.0", "1.0", "<1.0"])
    assert all_below(values, comparators, np.array([1.0, 1.1, 1.0])).tolist() == [False, True, True]
