"""A review on the terminal: the work list, what is missing, where the rows went; and one patient's story."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.text import Text

from leukon.knowledge.protocol import Protocol
from leukon.monitor.review import Review
from leukon.present.patient import Patient, gather
from leukon.present.sentences import make_reading, say_finding
from leukon.present.summary import Summary, summarise
from leukon.present.urgency import GROUPS, rank_nothing, sort_findings, urgency_of_rank
from leukon.present.wording import (
    CAUTION,
    NOT_WATCHED,
    SLOT_WORDS,
    say_count,
    say_day,
    say_grades,
    say_onset,
    say_recovery,
    say_unit,
)
from leukon.present.worklist import Worklist

_SHOWN = 20


def print_review(review: Review, console: Console) -> None:
    """The work list, the most urgent first; then gaps and the account."""
    print_summary(review, summarise(review, _SHOWN), console)


def print_summary(review: Review, summary: Summary, console: Console) -> None:
    """The same of everybody, where `review` holds at least those of the summary's work list who are shown."""
    _print_basis(review.provenance, summary, console)
    _print_worklist(review, replace(summary.worklist, limit=_SHOWN).joined(Worklist.empty(_SHOWN)), console)
    _print_gaps(summary, console)
    _print_account(summary, console)


def _print_worklist(review: Review, worklist: Worklist, console: Console) -> None:
    """Everybody once, at the most urgent finding, with the other reasons after it."""
    console.print(f"\n[bold]Work list: {_say_groups(worklist.people)}[/bold]", highlight=False)
    for patient in gather(review, worklist.subject_ids):
        label, why = _say_why(patient, review)
        # Text: an id may look like markup; soft_wrap: an id is shown whole, however long
        console.print(Text(f"{label:9}  {patient.subject['subject_id']}", "bold"), soft_wrap=True)
        console.print(Padding(Text(why), (0, 0, 0, 11)))
    if worklist.left_out:
        more = f"... and {worklist.left_out:,} more ({_say_groups(worklist.left_out_of)}); the tables (--out) hold all."
        console.print(more, highlight=False)


def _say_groups(people: dict[str, int]) -> str:
    return ", ".join(f"{title.lower()} {people[group]:,}" for group, title in GROUPS.items())


def _say_why(patient: Patient, review: Review) -> tuple[str, str]:
    reading = make_reading(review.protocol, patient.courses, review.as_of)
    said = [say_finding(row, reading) for row in sort_findings(patient.findings)]
    if not said:
        has_anc = patient.subject.get("last_anc_time") is not None
        nothing = "No finding, as far as data were received." if has_anc else "No usable neutrophil count was received."
        return urgency_of_rank(rank_nothing(has_anc=has_anc)).label, nothing
    others = ", ".join(dict.fromkeys(other.title for other in said[1:]))
    first = f"{said[0].title}. {said[0].text}"
    return said[0].urgency.label, f"{first} Also: {others}." if others else first


def print_story(review: Review, console: Console) -> None:
    """The story of every subject of a small review, in sentences made from its tables."""
    summary = summarise(review, _SHOWN)
    _print_basis(review.provenance, summary, console)
    for subject in review.subjects.to_pylist():
        console.print(f"\n[bold]{escape(str(subject['subject_id']))}[/bold]", highlight=False)
        mine = {name: _rows(getattr(review, name), "subject_id", (subject["subject_id"],)) for name in _STORY_TABLES}
        for course in mine["courses"]:
            dose = "unknown amount" if course["total_dose_mg"] is None else f"{course['total_dose_mg']:g} mg"
            line = f"Course {course['course']} of {course['drug']} from {course['start_time']:%Y-%m-%d}: "
            console.print(f"{line}{course['doses']} doses, {dose}.", highlight=False)
        for episode in mine["episodes"]:
            _print_episode(episode, review.protocol.episode.below, console)
            _print_workup([item for item in mine["workup"] if item["episode"] == episode["episode"]], review, console)
        for course in mine["courses"]:
            _print_slots([s for s in mine["schedule"] if s["course"] == course["course"]], console)
    _print_worklist(review, summary.worklist, console)
    _print_account(summary, console)


_STORY_TABLES = ("courses", "episodes", "schedule", "workup")


def _print_workup(items: Sequence[dict[str, Any]], review: Review, console: Console) -> None:
    """What may explain an episode, cause by cause; unknown is named as unknown."""
    for status, words in (("supports", "Supported"), ("against", "Spoken against"), ("unknown", "Not known")):
        said = [_say_item(item, review.protocol) for item in items if item["status"] == status]
        console.print(f"{words}: {'; '.join(said) or 'nothing'}.", highlight=False, markup=False)


def _say_item(item: dict[str, Any], protocol: Protocol) -> str:
    shown = protocol.workup[item["item"]].display
    unit = "" if item["unit"] is None else f" {say_unit(item['unit'])}"
    facts = [] if item["value"] is None else [f"{say_count(item['value'], item['comparator'])}{unit}"]
    facts += [item["note"]] if item["note"] else []
    return f"{shown} ({', '.join(facts)})" if facts else shown


def _print_episode(episode: dict[str, Any], below: float, console: Console) -> None:
    nadir = say_count(episode["nadir"], episode["nadir_comparator"])
    worst = say_grades(episode["worst_grade_v5"], episode["worst_grade_v6"])
    lowest = f"Lowest {nadir} x 10^9/L on {say_day(episode['nadir_day'], episode['nadir_time'])}, worst {worst}."
    console.print(f"Episode {episode['episode']}: {say_onset(episode, below)} {lowest}", highlight=False)
    console.print(say_recovery(episode), highlight=False)
    if episode["treatments"] is not None:
        start = "" if episode["treatment_start_day"] is None else f" from day {episode['treatment_start_day']}"
        days = episode["days_to_recovery_after_treatment"]
        then = "" if days is None else f"; the first count of the recovery came {days} days later"
        console.print(
            f"Given meanwhile: {episode['treatments']}{start}{then}. "
            "This is what was seen; it does not show an effect.",
            highlight=False,
        )


def _print_slots(slots: Sequence[dict[str, Any]], console: Console) -> None:
    for test in dict.fromkeys(slot["test"] for slot in slots):
        mine = [slot for slot in slots if slot["test"] == test]
        days = {s["status"]: [str(t["due_day"]) for t in mine if t["status"] == s["status"]] for s in mine}
        said = "; ".join(f"{SLOT_WORDS[status]}: day {', '.join(of)}" for status, of in days.items())
        console.print(f"Course {slots[0]['course']}, {test}: {said}.", highlight=False)


def _print_basis(basis: Mapping[str, str], summary: Summary, console: Console) -> None:
    latest = summary.data_up_to
    received = "no data" if latest is None else f"data received up to {latest:%Y-%m-%dT%H:%M:%S}"
    console.print(
        f"[bold]leukon[/bold] {basis['leukon']}, protocol {escape(basis['protocol'])} ({basis['protocol_hash']}), "
        f"schedule {escape(basis['schedule'])}, as of {basis['as_of']}, {received}, grades {basis['grading']}",
        highlight=False,
    )
    console.print(f"[dim]{CAUTION} Not watched: {'; '.join(NOT_WATCHED)}.[/dim]", highlight=False)


def _print_gaps(summary: Summary, console: Console) -> None:
    """What is missing, in numbers: silence must not look like health."""
    without_course = summary.people - summary.with_course
    console.print(
        f"\nPeople: {summary.people:,}; {summary.without_anc:,} without any usable ANC; {without_course:,} without a "
        f"known course (no tests are due for them). Slots with no result received: {summary.slots['missed']:,}; with "
        f"white cells but no neutrophils: {summary.slots['incomplete']:,}. "
        f"Codes not known to leukon: {summary.codes_seen['concept'].null_count:,}.",
        highlight=False,
    )


def _print_account(summary: Summary, console: Console) -> None:
    said = ", ".join(f"{line['rows']:,} {line['reason'] or line['use']}" for line in summary.account)
    console.print(
        f"\nRows read: {sum(line['rows'] for line in summary.account):,} ({said or 'none'}).", highlight=False
    )


def _rows(table: pa.Table, column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    words = table[column]
    if pa.types.is_dictionary(words.type):
        words = words.cast(words.type.value_type)
    wanted: list[dict[str, Any]] = table.filter(pc.is_in(words, pa.array(values, words.type))).to_pylist()
    return wanted
