"""One patient's page as words, in the order in which it is read; the templates only lay it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leukon.knowledge.library import concepts_of
from leukon.monitor.review import Review
from leukon.present.episode_words import SaidEpisode, say_episodes
from leukon.present.next_steps import SaidStep
from leukon.present.patient import Patient
from leukon.present.patient_tables import Table, facts_table, plan_table, unused_table
from leukon.present.sentences import (
    Reading,
    SaidFinding,
    course_at,
    make_reading,
    merge_steps,
    say_finding,
    say_time,
    say_when,
)
from leukon.present.unjudged import say_unjudged
from leukon.present.urgency import (
    Row,
    Urgency,
    group_of_rank,
    rank_finding,
    rank_nothing,
    sort_findings,
    urgency_of_rank,
)
from leukon.present.wording import BY_DIFFERENCE, say_amount, say_count

_BEFORE = 3
_MUST_ACT = ("emergency", "same_day")
_LOUD = (*_MUST_ACT, "soon")
_FEVER = "fever_not_known"


@dataclass(frozen=True)
class Banner:
    """What is wrong and how urgent: the first thing anybody reads."""

    urgency: Urgency
    title: str
    text: str
    before: str
    fever: SaidFinding | None
    also: tuple[SaidFinding, ...]


@dataclass(frozen=True)
class PatientPage:
    """All that a report says of one patient.

    `number` is its place in the report: links never hold an identifier. `why` (title and text) and `also` (titles)
    are its line in the work list.
    """

    number: int
    subject: str
    group: str
    course: str
    received: str
    banner: Banner
    others: tuple[SaidFinding, ...]
    steps: tuple[SaidStep, ...]
    sources: tuple[str, ...]
    facts: Table | None
    episodes: tuple[SaidEpisode, ...]
    plan: Table | None
    unused: Table | None
    unjudged: tuple[str, ...]
    last_anc: str
    why: tuple[str, str]
    also: tuple[str, ...]


def make_page(
    number: int, patient: Patient, review: Review, unused: Sequence[dict[str, Any]], *, facts: int | None = None
) -> PatientPage:
    """The page of one patient; `facts` limits how many rows the table of counts and doses shows."""
    reading = make_reading(review.protocol, patient.courses, review.as_of)
    rows = sort_findings(patient.findings)
    said = tuple(say_finding(row, reading) for row in rows)
    has_anc = patient.subject.get("last_anc_time") is not None
    rank = min([rank_nothing(has_anc=has_anc), *map(rank_finding, rows)])
    urgency = urgency_of_rank(rank)
    rest = said[1:] if urgency.id in _LOUD else said
    banner = _make_banner(urgency, said, rows, patient, reading, review.data_up_to)
    leads = said[:1] if rows and rank == rank_finding(rows[0]) else ()
    # A planned test is a step of its finding, too; here it stands once, with its days, in the plan.
    steps = tuple(step for step in merge_steps(_with_fever_first(said)) if step.n is not None)
    return PatientPage(
        number=number,
        subject=str(patient.subject["subject_id"]),
        group=group_of_rank(rank),
        course=_say_course(reading),
        received=_say_received(patient, rows[:1], reading),
        banner=banner,
        others=tuple(finding for finding in rest if finding.urgency.id not in _MUST_ACT),
        steps=steps,
        sources=tuple(dict.fromkeys(step.source for step in steps)),
        facts=facts_table(patient, reading, limit=facts),
        episodes=say_episodes(patient, reading),
        plan=plan_table(patient, reading, review.schedule_name),
        unused=unused_table(unused),
        unjudged=say_unjudged(patient, reading),
        last_anc=_say_last_anc(patient.subject, reading),
        why=(leads[0].title, leads[0].text) if leads else (banner.title, banner.text),
        also=tuple(dict.fromkeys(finding.title for finding in said[len(leads) :])),
    )


def _make_banner(
    urgency: Urgency,
    said: Sequence[SaidFinding],
    rows: Sequence[Row],
    patient: Patient,
    reading: Reading,
    data_up_to: datetime | None,
) -> Banner:
    if urgency.id not in _LOUD:
        return _quiet_banner(urgency, said, data_up_to)
    acute = [finding for finding in said[1:] if finding.urgency.id in _MUST_ACT]
    fever = next((finding for finding in acute if finding.id == _FEVER), None)
    also = tuple(finding for finding in acute if finding is not fever)
    before = _say_before(rows[0], patient, reading) if rows[0]["finding"].startswith("anc_") else ""
    return Banner(urgency, said[0].title, said[0].text, before, fever, also)


def _quiet_banner(urgency: Urgency, said: Sequence[SaidFinding], data_up_to: datetime | None) -> Banner:
    """Nobody is needed today as far as is known; what is not known is said with the same weight."""
    up_to = "no data were received" if data_up_to is None else f"data were received up to {say_time(data_up_to)}"
    titles = "; ".join(dict.fromkeys(finding.title for finding in said))
    routine = f"Routine findings: {titles}." if said else ""
    if urgency.id == "unknown":
        title, text = "No usable neutrophil count", "leukon can say nothing about the neutrophils of this person"
        return Banner(urgency, title, f"{text} ({up_to}).", routine, None, ())
    return Banner(urgency, "No finding that needs somebody today", f"As far as {up_to}.", routine, None, ())


def _with_fever_first(said: Sequence[SaidFinding]) -> list[SaidFinding]:
    """What cannot wait comes before what can: the steps about fever lead where fever is not known."""
    return sorted(said, key=lambda finding: finding.id != _FEVER)


def _say_before(finding: Row, patient: Patient, reading: Reading) -> str:
    """The counts before the one that is shown."""
    until = finding["value_time"]
    anc = [row for row in patient.results if row["analyte"] == "anc" and (until is None or row["time"] < until)]
    said = [
        f"{say_count(x['value'], x['comparator'])} on {say_when(x['time'], reading)}" for x in anc[: -_BEFORE - 1 : -1]
    ]
    return f"Neutrophil counts before it: {'; '.join(said)}." if said else "There is no neutrophil count before it."


def _say_last_anc(subject: Row, reading: Reading) -> str:
    if subject.get("last_anc_time") is None:
        return "none that could be used"
    amount = say_amount(subject["last_anc"], subject["last_anc_comparator"], "10^9/L")
    return f"{amount} on {say_when(subject['last_anc_time'], reading, with_age=True)}"


def _say_received(patient: Patient, top: Sequence[Row], reading: Reading) -> str:
    """What the words above hang on: the last ANC, unless it is what they are about, and the last row of any kind."""
    last_time = patient.subject.get("last_anc_time")
    anc = f"Last neutrophil count (ANC): {_say_last_anc(patient.subject, reading)}. "
    told = any(row["value_time"] == last_time and row["finding"].startswith("anc_") for row in top)
    last = say_when(patient.subject.get("last_time"), reading, with_age=True)
    return f"{'' if told and last_time else anc}{_say_doubt(patient)}Last row of any kind: {last}."


def _say_doubt(patient: Patient) -> str:
    """Where the last ANC is only what the other white cells leave, that it may be too high."""
    last = [row for row in patient.results if row["analyte"] == "anc"][-1:]
    derived = any(row["origin"] == BY_DIFFERENCE for row in last)
    return "The last neutrophil count is WBC less the other white cells, and may be too high. " if derived else ""


def _say_course(reading: Reading) -> str:
    course = course_at(reading.as_of, reading.courses)
    if course is None:
        return "no course known, so no test is due and days cannot be counted"
    drug = concepts_of(reading.protocol).by_name[course["drug"]].display
    day = (reading.as_of.date() - course["start_time"].date()).days
    return f"{drug}, course {course['course']}, day {day} (day 0: {course['start_time']:%Y-%m-%d})"
