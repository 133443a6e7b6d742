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


def say_count(value: float | None, comparator: str | None) -> str:
    """A count as a laboratory writes it; a missing one is named as missing."""
    return "no count" if value is None else f"{comparator or ''}{value:g}"


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
