"""What must hold of runs, whatever the rows."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leukon.events.arrays import changes
from leukon.monitor.runs import Runs, key_of

NUMBERS = st.lists(st.integers(-5, 5), max_size=40)


def _cut(numbers):
    """Runs of equal neighbours, in plain Python."""
    runs = []
    for number in numbers:
        if not runs or runs[-1][-1] != number:
            runs.append([])
        runs[-1].append(number)
    return runs


@given(NUMBERS)
def test_runs_fold_and_spread_as_lists_of_lists_do(numbers):
    x = np.array(numbers, np.int64)
    runs, plain = Runs(changes(x)), _cut(numbers)
    assert runs.fold(np.add, x).tolist() == [sum(run) for run in plain]
    assert runs.first(x).tolist() == runs.last(x).tolist() == [run[0] for run in plain]
    assert runs.lengths.tolist() == [len(run) for run in plain]
    assert runs.spread(runs.first(x)).tolist() == numbers


def test_the_first_row_must_open_a_run():
    with pytest.raises(ValueError, match="first row"):
        Runs(np.array([False, True]))


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 40_000)), min_size=1, max_size=30))
def test_keys_sort_as_subject_and_date_do(pairs):
    subject, date = (np.array(column, np.int64) for column in zip(*sorted(pairs), strict=True))
    keys = key_of(subject, date)
    assert np.all(np.diff(keys) >= 0)
    assert np.array_equal(np.diff(keys) == 0, (np.diff(subject) == 0) & (np.diff(date) == 0))
