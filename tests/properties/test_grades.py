"""What must hold of grades and of the sets of values that comparators allow, whatever the numbers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leukon.events.schema import COMPARATORS
from leukon.knowledge.criteria import load_criteria
from leukon.knowledge.library import load_protocol
from leukon.monitor.episodes import find_low_and_high
from leukon.monitor.grading import grade_decrease, grade_increase

TERMS = st.sampled_from(
    [(e, a) for e in ("5.0", "6.0") for a, term in load_criteria(e).decreased.items() if term.numeric]
)
VALUES = st.floats(0, 500).map(lambda value: round(value, 3))
LLN = st.one_of(st.just(np.nan), st.floats(0.1, 200))
RULE = load_protocol("alemtuzumab-ms").episode


def _grade(term, value, comparator=None, lln=np.nan):
    number = -1 if comparator is None else COMPARATORS.index(comparator)
    edition, analyte = term
    limits = load_criteria(edition).decreased[analyte]
    grade, reason = grade_decrease(np.array([value]), np.array([number], np.int8), np.array([lln]), limits)
    return int(grade[0]), int(reason[0])


@given(TERMS, VALUES, VALUES, LLN)
def test_a_lower_count_is_never_milder(term, one, other, lln):
    low, high = sorted((one, other))
    of_low, of_high = _grade(term, low, lln=lln)[0], _grade(term, high, lln=lln)[0]
    assert of_low >= of_high or -1 in (of_low, of_high)


@given(TERMS, VALUES, st.sampled_from(COMPARATORS), LLN)
def test_a_grade_comes_with_no_reason_and_a_missing_one_with_its_reason(term, value, comparator, lln):
    grade, reason = _grade(term, value, comparator, lln)
    assert (grade >= 0) == (reason == -1)


@given(TERMS, VALUES, st.sampled_from(COMPARATORS), LLN, st.floats(0, 1))
def test_a_set_with_a_grade_gives_it_to_every_value_it_allows(term, bound, comparator, lln, part):
    grade, _ = _grade(term, bound, comparator, lln)
    allowed = bound * part if comparator[0] == "<" else bound + 100 * part
    if comparator in ("<", ">") and allowed == bound:
        return
    if grade >= 0:
        assert _grade(term, allowed, lln=lln)[0] == grade


@given(VALUES, st.one_of(st.none(), st.sampled_from(COMPARATORS)))
def test_no_count_is_low_and_high_at_once(value, comparator):
    number = -1 if comparator is None else COMPARATORS.index(comparator)
    low, high = find_low_and_high(np.array([value]), np.array([number], np.int8), RULE)
    assert not (low[0] and high[0])
    assert comparator is not None or low[0] or high[0]


@given(VALUES, VALUES)
def test_a_higher_count_never_has_a_lower_grade_of_increase(one, other):
    term = load_criteria("6.0").increased["lymphocytes"]
    low, high = grade_increase(np.array(sorted((one, other))), np.array([-1, -1], np.int8), term)
    assert low <= high
