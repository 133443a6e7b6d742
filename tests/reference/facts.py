"""What is known of one patient, and the words of decision 11 (items 1 to 7) that its other items use."""

import re
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from .monitor import days_between, side_of
from .rules import INFECTIONS, URGENCY
from .values import Span, all_above, all_at_or_above, all_at_or_below, all_below, lowness, span_of

YES = ["positive", "yes"]
NO = ["negative", "no", "normal"]
RANGE = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*[-–]\s*([0-9]+(?:[.,][0-9]+)?)\s*")


@dataclass(frozen=True)
class Patient:
    """Everything that may be asked; `findings`, `doses` and the two last are rows of the door, the others table rows."""

    subject_id: int | str
    as_of: datetime
    rules: dict
    schedule: str
    words: dict  # the two TOML files
    courses: list
    results: list
    episodes: list
    slots: list
    findings: list
    doses: list
    preliminary: list
    refused: list  # implausible or without a known unit
    not_used: list  # derived counts beside a measured one

    def of(self, analyte):
        """Counts of one analyte, in the order of `results`: the last one is the latest."""
        return [result for result in self.results if result["analyte"] == analyte]

    def latest(self, analyte):
        return last(self.of(analyte))

    def coded(self, *concepts):
        """Findings of these concepts by time, then as item 9 says."""
        rows = [row for row in self.findings if row["concept"] in concepts]
        return sorted(rows, key=lambda row: (row["time"], place_of(row)))

    def latest_decided_anc(self):
        return last([anc for anc in self.of("anc") if side_of(anc, self.rules) != "undecided"])

    def age(self, when):
        """Days from `when` to as_of."""
        return days_between(when, self.as_of)

    def course_start(self, number):
        return self.courses[number - 1]["start_time"] if number else None

    def baseline(self, analyte):
        """The last value before the start of the course in which the latest value lies; None without one."""
        latest = self.latest(analyte)
        before = latest and self.course_start(latest["course"])
        return last([result for result in self.of(analyte) if before and result["time"] < before])

    def first_baseline(self, analyte):
        """The last value before the first course, else the first of all."""
        first = [result for result in self.of(analyte) if result["course"] == 0]
        return last(first) or next(iter(self.of(analyte)), None)

    def of_latest_time(self, analyte):
        """The results of the latest time, the higher first."""
        results = self.of(analyte)
        return [result for result in results if result["time"] == results[-1]["time"]]

    def has_lately(self, concept, days, words):
        """Whether one of the words was said of it on as_of's day or in the days before."""
        return any(word_of(row) in words and self.age(row["time"]) <= days for row in self.coded(concept))


def place_of(row):
    """Which of several of one time is the later one: by name, the lower number, the word later in the alphabet (item 9)."""
    if "analyte" in row:
        return (row["analyte"], row["place"])
    depth = lowness(row["number"] or 0, row["comparator_read"])
    number = () if row["number"] is None else tuple(-part for part in depth)
    return (row["concept"], number, (row["text_value"] or "").strip().lower())


def last(rows):
    return rows[-1] if rows else None


def word_of(row):
    return row["text_value"].strip().lower()


# --- fever and infection --------------------------------------------------------------------------------------------


def fever_of(patient):
    limit = Fraction(URGENCY["fever_from"])
    told = [(patient.age(row["time"]), heat_of(row, limit)) for row in patient.coded("temperature", "unwell")]
    lately = [heat for age, heat in told if age <= URGENCY["fever_high_days"]]
    if "high" in lately:
        return "yes"
    lost = [row for row in patient.refused if row["concept"] in ("temperature", "unwell")]
    lately += ["undecided" for row in lost if patient.age(row["time"]) <= URGENCY["fever_high_days"]]
    asked = any(heat == "not high" and age <= URGENCY["fever_asked_days"] for age, heat in told)
    return "no" if asked and "undecided" not in lately else "unknown"


def heat_of(row, limit):
    if row["concept"] == "unwell":
        word = word_of(row)
        return "high" if word in YES else "not high" if word in NO else "undecided"
    said = (row["number"], row["comparator_read"])
    return "high" if all_at_or_above(*said, limit) else "not high" if all_below(*said, limit) else "undecided"


def infection_of(patient):
    """For gates and for a recovering episode (item 38)."""
    if patient.has_lately("infection", URGENCY["infection_days"], YES):
        return "yes"
    if patient.has_lately("condition", URGENCY["infection_days"], INFECTIONS):
        return "yes"
    return "no" if patient.has_lately("infection", URGENCY["infection_days"], NO) else "unknown"


# --- limits of urgency (item 3): all that a value allows must lie beyond, so `<0.5` is up to 0.5 and `<1.0` is below 1.0 ----


def is_below(said, limit):
    return all_below(*said, Fraction(limit))


def is_up_to(said, limit):
    return all_at_or_below(*said, Fraction(limit))


def is_above(said, limit):
    return all_above(*said, limit)


def is_at_least(said, limit):
    return all_at_or_above(*said, limit)


def anc_band(said):
    """0: up to 0.2, 1: up to 0.5, 2: below 1.0, 3: below 1.5, 4: the rest."""
    tests = [is_up_to(said, "0.2"), is_up_to(said, "0.5"), is_below(said, "1.0"), is_below(said, "1.5"), True]
    return tests.index(True)


def lowest(saids):
    return min(saids, key=lambda said: lowness(*said))


# --- percentages as sets (item 14) --------------------------------------------------------------------------------------


def span_of_row(row):
    """What a row allows; a text such as `80-90` beside a number inside it is a range."""
    number, comparator = row["number"], row["comparator_read"]
    found = RANGE.fullmatch(row["text_value"] or "")
    if found and comparator is None:
        low, high = (Fraction(end.replace(",", ".")) for end in found.groups())
        if low <= number <= high:
            return Span(low, high)
    return span_of(number, comparator)


def lies_below(span, limit):
    return span.high is not None and (span.high < limit or (span.high == limit and span.high_open))


def lies_up_to(span, limit):
    return span.high is not None and span.high <= limit


def lies_from(span, limit):
    return span.low >= limit


def lies_above(span, limit):
    return span.low > limit or (span.low == limit and span.low_open)
