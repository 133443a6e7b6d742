"""What leukon says about itself, and how it writes days, counts and grades; words only, nothing is calculated."""

from datetime import datetime
from typing import Any

CAUTION = (
    "Not a medical device: for research and quality work until a named organisation takes responsibility. "
    "leukon supports decisions; clinicians make them."
)
SLOT_WORDS = {
    "done": "done",
    "off_time": "off time",
    "incomplete": "white cells without neutrophils",
    "missed": "no result received",
    "overdue": "overdue",
    "due": "due",
    "upcoming": "next",
}

FEVER_WORDS = {"yes": "yes", "no": "no", "unknown": "not known"}
UNUSED_WORDS = {
    "no_unit": "no unit: the number could mean anything",
    "unknown_unit": "a unit that leukon cannot convert",
    "implausible": "outside what is plausible: a wrong unit or sample is likelier than this patient",
    "not_numeric": "no number in it",
    "negative": "a negative number",
    "conflict": "number and text contradict each other",
    "cancelled": "cancelled by the laboratory",
    "preliminary": "preliminary: not graded; if it may be urgent it stands among the findings",
    "superseded": "a newer version of this result stands",
    "duplicate": "the same row came twice; one of them is used",
    "bad_status": "a status that leukon does not know",
    "no_time": "no time",
    "no_total": "a percentage without white cells of the same sample",
    "measured_present": "a measured count of the same sample is used instead",
    "not_given": "a dose that was not given",
    "ambiguous_comma": "a comma that may mean a decimal or thousands",
    "no_subject": "no subject",
}
GRADE_WORDS = {
    "no_lln": "not known: no lower limit of normal came with it",
    "undecided_comparator": "not known: the comparator allows several",
    "no_term": "no term for it",
    "not_numeric_term": "the term is not a number",
}
CAUSE_WORDS = {
    "artefact": "an artefact",
    "drug": "another drug",
    "infection": "an infection",
    "lgl_mechanism": "large granular lymphocytes",
    "marrow": "the marrow",
    "complement": "complement",
    "antibodies": "antibodies",
    "benign": "a benign low count",
    "late_autoimmunity": "late autoimmunity",
}
STATUS_WORDS = {
    "recovered": "recovered",
    "carried_over": "still open when the next course began",
    "recovering": "recovering, not confirmed yet",
    "ongoing": "open: the last count that decides is low",
}
CAUTION_SHORT = "Not a medical device. leukon supports decisions; clinicians make them."
NOT_WATCHED = (
    "stroke and other diseases of the vessels",
    "malignancy",
    "the skin",
    "haemophilia A and other disorders of clotting",
    "reactions to the infusion",
    "infections, unless they were sent as a coded finding",
    "how the patient feels, unless it was sent as a coded finding",
    "anything measured elsewhere that was not sent",
)
BY_DIFFERENCE = "wbc_less_others"
MAY_BE_TOO_HIGH = (
    "An ANC that is WBC less the other white cells takes bands, immature and atypical cells for neutrophils: "
    "it may be too high."
)
_UNITS = {"10^9/L": "× 10⁹/L", "umol/L": "µmol/L", "Cel": "°C", "d": "days", "/[HPF]": "per high-power field"}


def say_count(value: float | None, comparator: str | None) -> str:
    """A count as a laboratory writes it; a missing one is named as missing."""
    return "no count" if value is None else f"{comparator or ''}{value:g}"


def say_origin(origin: str) -> str:
    """How a count is known; of what the other white cells leave also that it may be too high.

    >>> say_origin("measured"), say_origin("wbc_x_percent")
    ('measured', 'derived (wbc x percent)')
    """
    if origin == BY_DIFFERENCE:
        return "derived (WBC less the other white cells, may be too high)"
    return "measured" if origin == "measured" else f"derived ({origin.replace('_', ' ')})"


def say_day(day: int | None, time: datetime | None) -> str:
    """A day of the course, or the date where there is no course."""
    if day is not None:
        return f"day {day}"
    return "an unknown time" if time is None else f"{time:%Y-%m-%d}"


def say_grades(v5: int | None, v6: int | None) -> str:
    """Both grades, each with its edition."""
    return ", ".join(
        f"CTCAE {edition} grade {'not known' if grade is None else grade}"
        for edition, grade in (("5.0", v5), ("6.0", v6))
    )


def say_onset(episode: dict[str, Any], below: float) -> str:
    """When the count fell: an interval, open to the past where there was no high count before."""
    by = say_day(episode["onset_by_day"], episode["onset_by_time"])
    if episode["onset_after_time"] is None:
        return f"ANC was below {below:g} by {by}; there is no higher count before."
    after = say_day(episode["onset_after_day"], episode["onset_after_time"])
    return f"ANC fell below {below:g} after {after} and by {by}."


def say_recovery(episode: dict[str, Any]) -> str:
    """How an episode ended, or that it has not."""
    if episode["status"] == "ongoing":
        return "It is open: the last count that decides is low."
    if episode["status"] == "carried_over":
        return "It was still open when the next course began."
    after, by = (say_day(None, episode[name]) for name in ("recovered_after_time", "recovered_by_time"))
    if episode["recovered_by_day"] is not None:
        by = f"{by} (day {episode['recovered_by_day']})"
    most = "an unknown number of" if episode["most_days"] is None else episode["most_days"]
    lasted = f"{episode['observed_days']} days observed, {episode['least_days']} at least, {most} at most"
    if episode["status"] == "recovering":
        return f"It seems to recover since {by}, not confirmed yet: {lasted}."
    return f"Recovered after {after} and by {by}: {lasted}."


def say_unit(unit: str | None) -> str:
    """A unit as people write it."""
    return "" if unit is None else _UNITS.get(unit, unit)


def say_amount(value: float, comparator: str | None, unit: str | None) -> str:
    """A value in a sentence: what a comparator allows is said in words.

    >>> say_amount(0.5, None, "10^9/L"), say_amount(0.8, "<=", "10^9/L")
    ('0.5 × 10⁹/L', 'at most 0.8 × 10⁹/L')
    """
    plain = f"{value:g}" if unit is None or unit == "%" else f"{value:g} {say_unit(unit)}"
    plain += " %" if unit == "%" else ""
    before = {"<": "below ", "<=": "at most ", ">": "above "}.get(comparator or "", "")
    return f"{before}{plain}{' or more' if comparator == '>=' else ''}"


def say_days_ago(days: int) -> str:
    """How long ago something was.

    >>> say_days_ago(0), say_days_ago(5)
    ('today', '5 days ago')
    """
    if days <= 0:
        return "today"
    return "yesterday" if days == 1 else f"{days} days ago"


def say_as_of(as_of: str) -> str:
    """The moment from which the data were looked at; the end of a day is said so.

    >>> say_as_of("2000-05-20T23:59:59"), say_as_of("2000-05-20T08:00:00")
    ('the end of 2000-05-20', '2000-05-20 08:00:00')
    """
    day, _, clock = as_of.partition("T")
    return f"the end of {day}" if clock == "23:59:59" else f"{day} {clock}"
