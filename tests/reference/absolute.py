"""A percentage of lymphocytes as a number of cells (decision 11, item 15)."""

from fractions import Fraction

from .facts import place_of, span_of_row
from .monitor import days_between
from .rules import WORKUP
from .values import Span, product_of, span_of

AT_MOST_THE_REST = "lymphocytes at most WBC - ANC"
HUNDREDTH = span_of(Fraction(1, 100), None)


def absolute_facts(patient, rows, limit):
    """(status, time, place, number, comparator, unit, words) of each percentage for which lymphocytes are known."""
    facts = []
    for row in rows:
        lymphocytes, words = lymphocytes_near(patient, row["time"])
        if lymphocytes:
            low, high = rounded(product_of(product_of(lymphocytes, up_to_100(span_of_row(row))), HUNDREDTH))
            shown = (low, None) if low == high else (low, ">=") if high is None else (high, "<=")
            facts.append((status_of(low, high, limit), row["time"], place_of(row), *shown, "10^9/L", words))
    return facts


def up_to_100(span):
    return Span(span.low, Fraction(100), span.low_open) if span.high is None else span


def rounded(span):
    return round(span.low, 2), None if span.high is None else round(span.high, 2)


def status_of(low, high, limit):
    if low >= limit:
        return "supports"
    return "against" if high is not None and high < limit else "unknown"


def lymphocytes_near(patient, when):
    """(what they may be, note) on the nearest day, of two equally near the later; (None, None) if nothing is known."""
    count = nearest(patient.of("lymphocytes"), when)
    if count:
        return span_of(*count["said"]), None
    pair = nearest(pairs_of(patient), when)
    return (Span(Fraction(0), pair["at_most"]), AT_MOST_THE_REST) if pair else (None, None)


def nearest(counts, when):
    """Counts in order of time: the later of equals comes last, and wins."""
    near = [(abs(days_between(count["time"], when)), count) for count in counts]
    near = [(days, count) for days, count in near if days <= WORKUP["lymphocytes_days"]]
    return min(reversed(near), key=lambda one: one[0])[1] if near else None


def pairs_of(patient):
    """A WBC and an ANC of one time, the last of each, that bound the lymphocytes from above."""
    wbcs = {wbc["time"]: wbc["said"][0] for wbc in patient.of("wbc") if wbc["said"][1] in (None, "<", "<=")}
    ancs = {anc["time"]: anc["said"][0] for anc in patient.of("anc") if anc["said"][1] in (None, ">", ">=")}
    both = sorted(time for time in wbcs if time in ancs and wbcs[time] >= ancs[time])
    return [{"time": time, "at_most": wbcs[time] - ancs[time]} for time in both]
