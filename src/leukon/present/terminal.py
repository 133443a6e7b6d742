"""A review on the terminal: who has an open episode, what is due, where the rows went; and one patient's story."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from leukon.monitor.review import Review
from leukon.present.wording import CAUTION, SLOT_WORDS, say_count, say_day, say_grades, say_onset, say_recovery

_SHOWN = 20
_OPEN = ("ongoing", "recovering")
_WAITING = ("overdue", "due")


def print_review(review: Review, console: Console) -> None:
    """Open episodes first, the lowest of those that are low now on top; then tests due, gaps and the account."""
    _print_basis(review, console)
    episodes = sorted(_rows(review.episodes, "status", _OPEN), key=lambda e: (_OPEN.index(e["status"]), e["nadir"]))
    slots = sorted(
        _rows(review.schedule, "status", _WAITING), key=lambda s: (_WAITING.index(s["status"]), s["due_time"])
    )
    _print_table(
        console,
        "Open episodes of neutropenia",
        ("subject", "course", "since", "lowest", "worst grade\nCTCAE\n5.0 / 6.0", "last low", "status"),
        [
            (
                str(e["subject_id"]),
                str(e["course"]),
                f"{e['onset_by_time']:%Y-%m-%d}",
                say_count(e["nadir"], e["nadir_comparator"]),
                " / ".join(
                    "not known" if e[f"worst_grade_{v}"] is None else str(e[f"worst_grade_{v}"]) for v in ("v5", "v6")
                ),
                f"{e['recovered_after_time']:%Y-%m-%d}",
                e["status"],
            )
            for e in episodes
        ],
        "none among those with usable counts",
    )
    _print_table(
        console,
        "Tests due",
        ("subject", "course", "test", "due", "status"),
        [
            (str(s["subject_id"]), str(s["course"]), s["test"], f"{s['due_time']:%Y-%m-%d}", SLOT_WORDS[s["status"]])
            for s in slots
        ],
        "none, as far as courses are known",
    )
    _print_gaps(review, console)
    _print_account(review, console)


def print_story(review: Review, console: Console) -> None:
    """The story of every subject of a small review, in sentences made from its tables."""
    _print_basis(review, console)
    for subject in review.subjects.to_pylist():
        console.print(f"\n[bold]{escape(str(subject['subject_id']))}[/bold]", highlight=False)
        mine = {name: _rows(getattr(review, name), "subject_id", (subject["subject_id"],)) for name in _STORY_TABLES}
        for course in mine["courses"]:
            dose = "unknown amount" if course["total_dose_mg"] is None else f"{course['total_dose_mg']:g} mg"
            line = f"Course {course['course']} of {course['drug']} from {course['start_time']:%Y-%m-%d}: "
            console.print(f"{line}{course['doses']} doses, {dose}.", highlight=False)
        for episode in mine["episodes"]:
            _print_episode(episode, review.protocol.episode.below, console)
        for course in mine["courses"]:
            _print_slots([s for s in mine["schedule"] if s["course"] == course["course"]], console)
    _print_account(review, console)


_STORY_TABLES = ("courses", "episodes", "schedule")


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


def _print_basis(review: Review, console: Console) -> None:
    basis = review.provenance
    received = "no data" if review.data_up_to is None else f"data received up to {review.data_up_to:%Y-%m-%dT%H:%M:%S}"
    console.print(
        f"[bold]leukon[/bold] {basis['leukon']}, protocol {escape(basis['protocol'])} ({basis['protocol_hash']}), "
        f"schedule {escape(basis['schedule'])}, as of {basis['as_of']}, {received}, grades {basis['grading']}",
        highlight=False,
    )
    console.print(f"[dim]{CAUTION}[/dim]", highlight=False)


def _print_gaps(review: Review, console: Console) -> None:
    """What is missing, in numbers: silence must not look like health."""
    people, without_anc = review.subjects.num_rows, review.subjects["last_anc_time"].null_count
    with_course = pc.count_distinct(review.courses["subject_id"]).as_py()
    unknown = review.codes_seen["concept"].null_count
    missed = len(_rows(review.schedule, "status", ("missed",)))
    incomplete = len(_rows(review.schedule, "status", ("incomplete",)))
    console.print(
        f"\nPeople: {people:,}; {without_anc:,} without any usable ANC; {people - with_course:,} without a known "
        f"course (no tests are due for them). Slots with no result received: {missed:,}; with white cells but no "
        f"neutrophils: {incomplete:,}. "
        f"Codes not known to leukon: {unknown:,}.",
        highlight=False,
    )


def _print_account(review: Review, console: Console) -> None:
    account = review.account.to_pylist()
    said = ", ".join(f"{line['rows']:,} {line['reason'] or line['use']}" for line in account)
    console.print(f"\nRows read: {sum(line['rows'] for line in account):,} ({said or 'none'}).", highlight=False)


def _print_table(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[str]], nothing: str
) -> None:
    if not rows:
        console.print(f"\n[bold]{title}[/bold]: {nothing}.", highlight=False)
        return
    table = Table(box=box.SIMPLE, pad_edge=False, title=title, title_justify="left", title_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")  # never an ellipsis: an id or a date is whole or wrong
    for row in rows[:_SHOWN]:
        table.add_row(*map(Text, row))  # Text: an id may hold what Rich takes for markup
    console.print()
    console.print(table)
    if len(rows) > _SHOWN:
        console.print(f"... and {len(rows) - _SHOWN:,} more; the tables (--out) hold all.", highlight=False)


def _rows(table: pa.Table, column: str, values: Sequence[Any]) -> list[dict[str, Any]]:
    words = table[column]
    if pa.types.is_dictionary(words.type):
        words = words.cast(words.type.value_type)
    wanted: list[dict[str, Any]] = table.filter(pc.is_in(words, pa.array(values, words.type))).to_pylist()
    return wanted
