"""Findings in words: the protocol's own texts, with the facts of the row put in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from leukon.events.clock import AsOf
from leukon.knowledge.judgement import Urgency as Limits
from leukon.knowledge.library import concepts_of
from leukon.knowledge.protocol import Protocol
from leukon.present.next_steps import SaidStep, say_steps, say_test
from leukon.present.urgency import URGENCIES, Row, Urgency, group_of
from leukon.present.wording import FEVER_WORDS, say_amount, say_days_ago

_SHORT = {"anc": "Neutrophils (ANC)", "wbc": "White cells (WBC)"}
_ABOUT = {"fever_not_known": "anc", "episode_over": "anc", "no_recent_anc": "anc", "thyroid": "tsh"}


@dataclass(frozen=True)
class Reading:
    """What the words about one patient hang on: the protocol, that patient's courses, and as_of."""

    protocol: Protocol
    courses: Sequence[Row]
    as_of: datetime


@dataclass(frozen=True)
class SaidFinding:
    """A row of findings in words."""

    id: str
    urgency: Urgency
    group: str
    title: str
    text: str
    steps: tuple[SaidStep, ...]


def make_reading(protocol: Protocol, courses: Sequence[Row], as_of: AsOf) -> Reading:
    """The reading of one patient."""
    return Reading(protocol, courses, datetime(1970, 1, 1) + timedelta(microseconds=as_of.instant))


def say_finding(finding: Row, reading: Reading) -> SaidFinding:
    """Put the facts of a row of findings into the protocol's text; `about` says which analyte or test it is of."""
    words = reading.protocol.findings[finding["finding"]]
    early = "Preliminary result, not released by the laboratory yet. " if finding["preliminary"] else ""
    return SaidFinding(
        finding["finding"],
        URGENCIES[finding["urgency"]],
        group_of(finding),
        words.title + (" (preliminary)" if early else ""),
        early + words.text.format(**_fields(finding, reading)),
        say_steps(finding["next_steps"], reading.protocol),
    )


def _fields(finding: Row, reading: Reading) -> dict[str, str]:
    return {
        "what": _say_what(finding, reading.protocol),
        "when": say_when(finding["value_time"], reading, with_age=True),
        "since": say_when(finding["since_time"], reading),
        "age": "missing: none was ever received" if finding["value"] is None else say_age(finding["value"]),
        "fever": FEVER_WORDS[finding["fever"]],
        "below": f"{reading.protocol.episode.below:g}",
        "limit": say_limit(finding["finding"], reading.protocol.urgency),
        "number": "an unknown number" if finding["value"] is None else f"{finding['value']:g}",
        "test": say_test(finding.get("about"), reading.protocol),
    }


def say_limit(finding: str, urgency: Limits) -> str:
    """The limit that a finding is about, as the protocol has it."""
    limits = {
        "fever_not_known": f"{urgency.anc.act_below:g}",
        "platelets_emergency": f"{urgency.platelets.same_day_below:g}",
        "platelets_same_day": f"{urgency.platelets.same_day_below:g}",
        "platelets_fall": f"{urgency.platelets.fall_by_share:.0%}".replace("%", " %"),
        "hemoglobin_fall": f"{urgency.hemoglobin.fall_by:g}",
        "liver": f"{urgency.liver.times_uln:g}",
    }
    return limits.get(finding, "")


def _say_what(finding: Row, protocol: Protocol) -> str:
    """The value with what it is of; what came without one is named as such."""
    about = _about(finding)
    name = say_analyte(about, protocol)
    if finding["value"] is not None:
        said = f"{name} {say_amount(finding['value'], finding['comparator'], finding['unit'])}"
        from_wbc = about == "wbc" and finding["finding"].startswith("anc_")
        return f"{said}: white cells without a differential, the neutrophils are not more" if from_wbc else said
    coded = about in concepts_of(protocol).by_name and concepts_of(protocol).by_name[about].words is not None
    return f"{name}: positive" if coded else f"{name}: a result without a usable number"


def _about(finding: Row) -> str:
    """The analyte of a row; where the row does not say it, its kind does."""
    kind = finding["finding"]
    return str(finding.get("about") or _ABOUT.get(kind, kind.split("_")[0]))


def say_analyte(name: str, protocol: Protocol) -> str:
    """What an analyte is called in a sentence."""
    concept = concepts_of(protocol).by_name.get(name)
    return _SHORT.get(name) or (name if concept is None else concept.display)


def say_age(days: float) -> str:
    """`41 days old`; of today: `from today`."""
    return "from today" if days == 0 else f"{days:g} {'day' if days == 1 else 'days'} old"


def say_when(time: datetime | None, reading: Reading, *, with_age: bool = False) -> str:
    """A date, with its clock time where there is one, and the day of the course; `with_age` how long ago, too.

    `2000-03-11 (day 70, today)`; without a course there is no day.
    """
    if time is None:
        return "an unknown date"
    notes = [_say_course_day(time, reading)] if reading.courses else []
    notes += [say_days_ago((reading.as_of.date() - time.date()).days)] if with_age else []
    return f"{say_time(time)} ({', '.join(notes)})" if notes else say_time(time)


def say_time(time: datetime) -> str:
    """A date, and the clock time unless it is midnight, which stands for a date alone."""
    return f"{time:%Y-%m-%d}" if (time.hour, time.minute) == (0, 0) else f"{time:%Y-%m-%d %H:%M}"


def _say_course_day(time: datetime, reading: Reading) -> str:
    """Day of the course in force; before the first course days are negative, and count from that one."""
    course = course_at(time, reading.courses) or reading.courses[0]
    number = f" of course {course['course']}" if len(reading.courses) > 1 else ""
    return f"day {(time.date() - _date(course['start_time'])).days}{number}"


def course_at(time: datetime, courses: Sequence[Row]) -> Row | None:
    """The course in force at a time: the last one that has begun by that day; None before the first."""
    return next((course for course in reversed(courses) if _date(course["start_time"]) <= time.date()), None)


def _date(time: datetime) -> date:
    return time.date()


def merge_steps(findings: Sequence[SaidFinding]) -> tuple[SaidStep, ...]:
    """The steps of several findings, each once, in the order in which they come first."""
    return tuple({step.id: step for finding in findings for step in finding.steps}.values())
