"""What the shipped data say to each claim of the paper: computed anew each time, no figure of its own."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from scipy.stats import fisher_exact

from leukon.cohort.proportions import estimate_proportion
from leukon.knowledge.evidence import Evidence, Row
from leukon.monitor.review import Review
from leukon.present.pooling_words import say_percent


@dataclass(frozen=True)
class Checked:
    """What was computed, in words, and whether the claim holds as it was made (null: that cannot be computed)."""

    said: str
    holds: bool | None


@dataclass(frozen=True)
class Case:
    """The data: events and review of the example, and the table of evidence."""

    events: pa.Table
    review: Review
    evidence: Evidence

    @property
    def episode(self) -> dict[str, Any]:
        """The example's only episode."""
        (episode,) = self.review.episodes.to_pylist()
        return episode

    @property
    def course(self) -> dict[str, Any]:
        """The example's only course."""
        (course,) = self.review.courses.to_pylist()
        return course

    def workup(self, item: str) -> dict[str, Any]:
        """One item of the work-up."""
        return next(row for row in self.review.workup.to_pylist() if row["item"] == item)

    def values(self, code: str) -> list[float]:
        """Numbers of a code, by time."""
        rows = [row for row in self.events.to_pylist() if row["code"] == code]
        return [row["numeric_value"] for row in sorted(rows, key=lambda row: row["time"])]

    def counts(self, id: str) -> tuple[int, int]:
        """Events and total of a row of the evidence that has them."""
        row = self.evidence.row(id)
        if row.n is None or row.of is None:
            raise ValueError("a case report has no proportion")
        return row.n, row.of


def _say(n: int, of: int) -> str:
    found = estimate_proportion(n, of)
    low, high = (say_percent(end, found.value) for end in (found.low, found.high))
    return f"{n}/{of} = {say_percent(found.value)} % [{low}, {high}]"


def _elsewhere(row: Row) -> tuple[int, int]:
    if row.elsewhere is None:
        raise ValueError("this row has no number elsewhere")
    return row.elsewhere.n, row.elsewhere.of


def _rounds_to(n: int, of: int, percent: float, digits: int) -> bool:
    return round(100 * n / of, digits) == percent


def mild_year_1(case: Case) -> Checked:
    """127 of 811, and 72 of 811 with any neutropenia in the study's own abstract."""
    (mild, of), (severe, _) = case.counts("baker-2017-y1-mild"), case.counts("baker-2017-y1-severe")
    any_, of_any = _elsewhere(case.evidence.row("baker-2017-y1-mild"))
    both = f"{_say(mild, of)}; with the {severe} severe ones {mild + severe}"
    said = f"{both}, but Baker's abstract has {_say(any_, of_any)} of any grade"
    return Checked(said, mild + severe == any_)


def severe_year_1(case: Case) -> Checked:
    """5 of 811."""
    n, of = case.counts("baker-2017-y1-severe")
    return Checked(_say(n, of), _rounds_to(n, of, 0.6, 1))


def year_2(case: Case) -> Checked:
    """Severe cases of year 2 against those of year 1."""
    (first, of_first), (second, of_second) = case.counts("baker-2017-y1-severe"), case.counts("baker-2017-y2-severe")
    test = fisher_exact([[second, of_second - second], [first, of_first - first]])
    against = f"against year 1 odds ratio {test.statistic:.2f}, Fisher's p {test.pvalue:.3f}"
    said = f"severe in year 2: {_say(second, of_second)}; {against} (the same people, perhaps)"
    return Checked(said, second <= first)


def year_2_percent(case: Case) -> Checked:
    """Both rows of year 2, and their sum."""
    (mild, of), (severe, of_severe) = case.counts("baker-2017-y2-mild"), case.counts("baker-2017-y2-severe")
    any_, of_any = _elsewhere(case.evidence.row("baker-2017-y2-mild"))
    said = (
        f"{_say(mild, of)}; {_say(severe, of_severe)}; together {mild + severe}; Baker's abstract: {_say(any_, of_any)}"
    )
    right = _rounds_to(mild, of, 12.9, 1) and _rounds_to(severe, of_severe, 1.5, 1)
    return Checked(said, right and mild + severe == any_)


def coles(case: Case) -> Checked:
    """1 of 161 is not 0.60 %."""
    n, of = case.counts("coles-2012")
    return Checked(_say(n, of), _rounds_to(n, of, 0.60, 2))


def willis(case: Case) -> Checked:
    """1 of 100."""
    n, of = case.counts("willis-2016")
    return Checked(_say(n, of), _rounds_to(n, of, 1, 0))


def dose(case: Case) -> Checked:
    """Doses of the course."""
    course = case.course
    each = course["total_dose_mg"] / course["doses"]
    said = f"{course['doses']} doses of {each:g} mg, {course['total_dose_mg']:g} mg in one course"
    return Checked(said, (course["doses"], each) == (5, 12))


def after_the_last(case: Case) -> Checked:
    """Days of the nadir from the first and from the last dose."""
    from_first = case.episode["nadir_day"]
    from_last = (case.episode["nadir_time"].date() - case.course["last_dose_time"].date()).days
    said = (
        f"ANC {case.episode['nadir']:.3f} x 10^9/L {from_first} days after the first dose, {from_last} after the last"
    )
    return Checked(said, from_last == 70)


def nine_weeks(case: Case) -> Checked:
    """The day of the first low count."""
    after, by = case.episode["onset_after_day"], case.episode["onset_by_day"]
    said = (
        f"first low count on day {by}, {by / 7:.1f} weeks; no count since day {after}, so onset may be any day between"
    )
    return Checked(said, by // 7 == 9)


def grade(case: Case) -> Checked:
    """The worst grade in both editions."""
    fifth, sixth = case.episode["worst_grade_v5"], case.episode["worst_grade_v6"]
    return Checked(f"grade {fifth} by CTCAE 5.0, grade {sixth} by CTCAE 6.0", fifth == 3)


def two_lengths(case: Case) -> Checked:
    """How long it lasted."""
    least, observed, most = (case.episode[f"{which}_days"] for which in ("least", "observed", "most"))
    said = f"at least {least} days (first to last low count), {observed} observed, at most {most}"
    return Checked(said, least == observed)


def fourth_day(case: Case) -> Checked:
    """From treatment to the first high count."""
    days = case.episode["days_to_recovery_after_treatment"]
    return Checked(f"{days} days from the first treatment to the first count >= 1.5 x 10^9/L", days == 4)


def stable(case: Case) -> Checked:
    """Recovery, and the last count."""
    last = max(
        row["day"] for row in case.review.results.to_pylist() if row["analyte"] == "anc" and row["day"] is not None
    )
    status, since = case.episode["status"], case.episode["recovered_by_day"]
    return Checked(f"{status} on day {since}; last count on day {last}, {last - since} days later", last - since >= 60)
