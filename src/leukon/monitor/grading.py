"""How bad is it: a CTCAE grade for each value, in an edition that is always named, or the reason why there is none."""

import numpy as np

from leukon.events.arrays import Array
from leukon.events.comparators import GREATER, GREATER_EQUAL, LESS, LESS_EQUAL
from leukon.knowledge.criteria import Decrease, Increase
from leukon.monitor.schema import GRADE_REASONS

NO_LLN, UNDECIDED, NO_TERM, NOT_NUMERIC = range(len(GRADE_REASONS))


def grade_decrease(value: Array, comparator: Array, lln: Array, term: Decrease | None) -> tuple[Array, Array]:
    """Grade values by a term for low values.

    Parameters
    ----------
    value, lln
        In result units; lln NaN where it is not known.
    comparator
        Number in COMPARATORS, -1 for an exact value. Such a value is the set it allows, and has a grade if all of the
        set have the same one.
    term
        None if the edition has no term for the analyte.

    Returns
    -------
    grade, reason
        int8; grade -1 with a reason, or a grade (0: none) with reason -1. The fixed limits go before LLN.
    """
    if term is None or not term.numeric:
        why = NO_TERM if term is None else NOT_NUMERIC
        return np.full(value.size, -1, np.int8), np.full(value.size, why, np.int8)
    grade = _below_fixed(value, term)
    if term.uses_lln:
        clear = grade == 0
        unknown = (clear & np.isnan(lln)).view(np.int8)
        grade += (clear & (value < lln)).view(np.int8) - unknown
        reason = unknown * np.int8(NO_LLN + 1) - np.int8(1)
    else:
        reason = np.full(value.size, -1, np.int8)
    sets = np.flatnonzero(comparator >= 0)
    if sets.size:
        grade[sets], reason[sets] = _grade_sets(value[sets], comparator[sets], lln[sets], term)
    return grade, reason


def grade_increase(value: Array, comparator: Array, term: Increase | None) -> Array:
    """Grade values by a term for high values (int8); -1 if there is no term or the set a value allows is undecided."""
    if term is None:
        return np.full(value.size, -1, np.int8)
    limits = sorted(term.above.items())
    grades = np.asarray([0, *(grade for grade, _ in limits)], np.int8)
    crossed, met = np.zeros(value.size, np.int8), np.zeros(value.size, np.int8)
    for _, limit in limits:
        crossed += (value > limit).view(np.int8)
        met += (value >= limit).view(np.int8)
    grade = grades[np.where(comparator == GREATER, met, crossed)]
    upwards = (comparator == GREATER) | (comparator == GREATER_EQUAL)
    downwards = (comparator == LESS) | (comparator == LESS_EQUAL)
    grade[(upwards & (grade < grades[-1])) | (downwards & (grade > 0))] = -1
    return grade


def _below_fixed(value: Array, term: Decrease, is_below: np.ufunc = np.less) -> Array:
    """Grade by the fixed limits: each one that a value lies below adds its step."""
    grade = np.zeros(value.size, np.int8)
    for limit, step in zip(term.fixed, term.steps, strict=True):
        grade += is_below(value, limit).view(np.int8) * np.int8(step)  # flags as numbers: bools add ten times slower
    return grade


def _grade_sets(value: Array, comparator: Array, lln: Array, term: Decrease) -> tuple[Array, Array]:
    """Grade sets of values: the same grade at both ends, or none."""
    to_zero = (comparator == LESS) | (comparator == LESS_EQUAL)
    at_value, just_below = _below_fixed(value, term), _below_fixed(value, term, np.less_equal)
    lowest = np.where(to_zero, np.int8(sum(term.steps)), at_value)
    highest = np.where(comparator == LESS, just_below, at_value * to_zero)
    undecided = lowest != highest
    reason = np.where(undecided, np.int8(UNDECIDED), np.int8(-1))
    if term.uses_lln:
        clear = ~undecided & (lowest == 0)
        reason[clear & np.isnan(lln)] = NO_LLN
        reason[clear & (value < lln)] = UNDECIDED
    return np.where(reason < 0, lowest, np.int8(-1)), reason
