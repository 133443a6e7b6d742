"""The line of headings to a plan: which column is whose, when and what; what is not said is asked for, all at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from leukon.errors import UnreadableFile
from leukon.events.concepts import DOSE, load_concepts
from leukon.events.units import load_units
from leukon.ingest.visits_headings import Meaning, one_line, recognise, says_date, says_subject
from leukon.ingest.visits_map import VisitMap, kind_of, meaning_of, say_paste

UNKNOWN = "COLUMN//"
"""Code of a column that leukon does not know: it is counted under its heading."""
_EVENT_LAYOUT = {"code", "numeric_value"}
_LONGEST_HEADING = 80
Kind = Literal["number", "dose", "word"]


@dataclass(frozen=True)
class Column:
    """One column of values: its place, what its rows carry, and how its cells are read."""

    at: int
    heading: str
    code: str
    unit: str | None
    lln: float | None
    uln: float | None
    kind: Kind


@dataclass(frozen=True)
class Plan:
    """Places of the columns that say whose row it is and when (`time`: of day), and the columns of values."""

    headings: tuple[str, ...]
    subject: int
    date: int
    time: int | None
    columns: tuple[Column, ...]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.headings)


def is_header(cells: Sequence[str], visits: VisitMap) -> bool:
    """Whether a line names a column of subjects and one of dates: the line of headings, below any title."""
    headings = [one_line(cell) for cell in cells]
    return bool(_places(headings, visits.subject, says_subject) and _places(headings, visits.date, says_date))


def has_visits(cells: Sequence[str], visits: VisitMap) -> bool:
    """Whether a line of headings has a column that leukon or the map knows, and is not one of the event layout."""
    headings = [one_line(cell) for cell in cells]
    said = {one_line(heading) for heading in visits.columns}
    return not _is_event_layout(headings) and any(h in said or recognise(h) is not None for h in headings)


def is_likely_header(cells: Sequence[str]) -> bool:
    """Whether a line looks like headings of visits, though it may not tell whose and when: that is asked for then.

    One column that leukon knows and another, or one of patients or dates. A row of the event layout has one code only.
    """
    headings = [one_line(cell) for cell in cells if len(cell) <= _LONGEST_HEADING]
    known = sum(recognise(heading) is not None for heading in headings)
    whose_and_when = sum(says_subject(heading) or says_date(heading) for heading in headings)
    return not _is_event_layout(headings) and known > 0 and known + whose_and_when > 1


def plan_columns(path: Path, cells: Sequence[str], visits: VisitMap) -> Plan:
    """The plan of a line of headings.

    Raises
    ------
    UnreadableFile
        If subject or date are not one column each, the map names a column that is not there or there twice, or a known
        column has no unit anywhere (all of them at once, with the TOML to paste).
    """
    headings = [one_line(cell) for cell in cells]
    if _is_event_layout(headings):
        raise UnreadableFile(path, "it has one row an event, not one a visit.", "read it as format csv.")
    subject = _only(path, "subject", headings, visits.subject, says_subject)
    date = _only(path, "date", headings, visits.date, says_date)
    time = None if visits.time is None else _only(path, "time", headings, visits.time, lambda _: False)
    for heading in visits.columns:
        _only(path, f'columns."{heading}"', headings, one_line(heading), lambda _: False)
    said = {one_line(heading): entry for heading, entry in visits.columns.items()}
    places = [at for at in range(len(headings)) if at not in (subject, date, time)]
    meanings = {at: meaning_of(h, said[h]) if (h := headings[at]) in said else recognise(h) for at in places}
    _check_units(path, {headings[at]: meaning for at, meaning in meanings.items() if meaning and meaning.asks})
    _check_once(path, [headings[at] for at in places if meanings[at]])
    names = tuple(heading or f"column {at + 1}" for at, heading in enumerate(headings))
    return Plan(names, subject, date, time, tuple(_column(at, names[at], meanings[at]) for at in places))


def _column(at: int, heading: str, meaning: Meaning | None) -> Column:
    if meaning is None:
        return Column(at, heading, f"{UNKNOWN}{heading}", None, None, None, "number")
    number = load_concepts().find(meaning.concept)
    kind: Kind = "number"
    if number >= 0 and load_concepts().use[number] == DOSE:
        kind = "dose"
    elif number >= 0 and load_concepts().is_coded[number]:
        kind = "word"
    return Column(at, heading, meaning.concept, meaning.unit, meaning.lln, meaning.uln, kind)


def _is_event_layout(headings: Sequence[str]) -> bool:
    return set(headings) >= _EVENT_LAYOUT


def _places(headings: Sequence[str], said: str | None, says: Callable[[str], bool]) -> list[int]:
    wanted = None if said is None else one_line(said)
    return [at for at, heading in enumerate(headings) if (says(heading) if wanted is None else heading == wanted)]


def _only(path: Path, key: str, headings: Sequence[str], said: str | None, says: Callable[[str], bool]) -> int:
    places = _places(headings, said, says)
    if len(places) == 1:
        return places[0]
    if said is None:  # only headings that leukon knows are named: others may be a patient's data
        found = ", ".join(f"'{headings[at]}'" for at in places)
        why = f"several columns may be its {key}: {found}; which is meant is not guessed."
        raise UnreadableFile(path, why, say_paste("[visits]", f"{key} = {_quoted(headings[places[0]])}"))
    why = (
        f"the map calls its {key} '{said}', and {'no column' if not places else 'more than one column'} has this name."
    )
    raise UnreadableFile(path, why, "write the heading as it stands in the file, or name each column once.")


def _check_once(path: Path, headings: Sequence[str]) -> None:
    twice = sorted({heading for heading in headings if headings.count(heading) > 1})
    if twice:
        said = ", ".join(f"'{heading}'" for heading in twice)
        raise UnreadableFile(path, f"it has more than one column {said}.", "give every column a heading of its own.")


def _check_units(path: Path, asked: dict[str, Meaning]) -> None:
    if not asked:
        return
    tables = [
        (f"[visits.columns.{_quoted(heading)}]", f'unit = ""  # {_examples(meaning)}')
        for heading, meaning in asked.items()
    ]
    fix = say_paste(*(line for table in tables for line in table))
    said = ", ".join(f"'{heading}'" for heading in asked)
    raise UnreadableFile(
        path,
        f"no unit that leukon knows stands at {said}: a guessed one could change a grade a thousandfold.",
        f"write it into the heading, or {fix}",
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _examples(meaning: Meaning) -> str:
    kind = kind_of(meaning.concept)
    return f"{meaning.concept}: {', '.join(load_units().examples(kind or 'cells'))}"
