"""Episodes in words, and what may explain them: every item of the work-up, the unknown ones too."""

from collections.abc import Sequence
from dataclasses import dataclass

from leukon.knowledge.library import concepts_of
from leukon.knowledge.protocol import Protocol
from leukon.present.next_steps import say_source
from leukon.present.patient import Patient
from leukon.present.patient_tables import Table
from leukon.present.sentences import Reading, say_analyte, say_when
from leukon.present.urgency import Row
from leukon.present.wording import (
    CAUSE_WORDS,
    STATUS_WORDS,
    say_amount,
    say_grades,
    say_onset,
    say_recovery,
)

_CLASS_WORDS = {"g_csf": "G-CSF"}
_SIGNS = {"supports": "+ supports", "against": "– speaks against", "unknown": "? unknown"}


@dataclass(frozen=True)
class SaidEpisode:
    """An episode in words, and its work-up."""

    title: str
    facts: tuple[tuple[str, str], ...]
    workup: Table | None
    summary: str


def say_episodes(patient: Patient, reading: Reading) -> tuple[SaidEpisode, ...]:
    """Every episode, the latest first."""
    return tuple(_say_episode(episode, patient, reading) for episode in reversed(patient.episodes))


def _say_episode(episode: Row, patient: Patient, reading: Reading) -> SaidEpisode:
    number, protocol = episode["episode"], reading.protocol
    items = [row for row in patient.workup if row["episode"] == number]
    nadir = say_amount(episode["nadir"], episode["nadir_comparator"], "10^9/L")
    facts = (
        ("Onset", say_onset(dict(episode), protocol.episode.below)),
        ("Lowest count", f"{nadir} on {say_when(episode['nadir_time'], reading)}"),
        ("Worst grade", say_grades(episode["worst_grade_v5"], episode["worst_grade_v6"])),
        ("Counts", _say_counts(episode)),
        ("Recovery", say_recovery(dict(episode))),
        ("Treatments recorded", _say_treatments(episode, protocol)),
    )
    table = _workup_table(number, items, reading) if items else None
    return SaidEpisode(f"Episode {number}: {STATUS_WORDS[episode['status']]}", facts, table, _say_balance(items))


def _say_counts(episode: Row) -> str:
    derived = f", {episode['derived_results']} of them derived" if episode["derived_results"] else ""
    gap = episode["longest_gap_days"]
    return f"{episode['results']} low{derived}" + ("" if gap is None else f"; at most {gap} days between two counts")


def _say_treatments(episode: Row, protocol: Protocol) -> str:
    """What was seen; never that it helped."""
    if episode["treatments"] is None:
        return "None was received by leukon, which does not show that there was none."
    start, days = episode["treatment_start_day"], episode["days_to_recovery_after_treatment"]
    names = [_say_treatment(item, protocol) for item in episode["treatments"].split(";")]
    said = ", ".join(names) + ("" if start is None else f", from day {start}")
    then = "" if days is None else f" The first count of the recovery came {days} days later."
    return f"{said}.{then} This is what was seen; it does not show an effect."


def _say_treatment(item: str, protocol: Protocol) -> str:
    kind, _, drug = item.partition(":")
    return f"{say_analyte(drug, protocol)} ({_CLASS_WORDS.get(kind, kind.replace('_', ' '))})"


def _say_balance(items: Sequence[Row]) -> str:
    count = {status: sum(row["status"] == status for row in items) for status in _SIGNS}
    return (
        f"{count['supports']} support a cause, {count['against']} speak against one, {count['unknown']} are unknown. "
        "Unknown is not normal, and support is not proof."
    )


def _workup_table(number: int, items: Sequence[Row], reading: Reading) -> Table:
    sources = list(dict.fromkeys(row["source"] for row in items))
    rows = tuple(_workup_row(row, sources, reading) for row in items)
    listed = [f"[{at}] {say_source(source, reading.protocol)}" for at, source in enumerate(sources, 1)]
    columns = ("Question", "Says", "Fact", "Note", "Test that could tell", "Source")
    remark = "Tests are offered, not ordered; behind none of them stands a comparison (n = 0). Sources: "
    return Table(f"What may explain episode {number}", columns, rows, remark + "; ".join(listed))


def _workup_row(row: Row, sources: Sequence[str], reading: Reading) -> tuple[str, ...]:
    item = reading.protocol.workup.get(row["item"])
    says = f"{_SIGNS[row['status']]}: {CAUSE_WORDS.get(row['cause'], row['cause'])}"
    name, note = row["item"] if item is None else item.display, _say_note(row["note"], reading.protocol)
    return (name, says, _say_fact(row, reading), note, row["next_test"] or "–", f"[{sources.index(row['source']) + 1}]")


def _say_fact(row: Row, reading: Reading) -> str:
    if row["fact_time"] is None and row["value"] is None:
        return "nothing received"
    value = "" if row["value"] is None else say_amount(row["value"], row["comparator"], row["unit"])
    if row["fact_time"] is None:
        return value
    return ", ".join(filter(None, (value, say_when(row["fact_time"], reading))))


def _say_note(note: str | None, protocol: Protocol) -> str:
    """The note; names of drugs as they are written."""
    concepts = concepts_of(protocol).by_name
    return "–" if note is None else "; ".join(concepts[x].display if x in concepts else x for x in note.split(";"))
