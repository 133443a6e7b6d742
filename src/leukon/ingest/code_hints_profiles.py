"""What the rows of each code have in common: units, and where their values lie; columns only, no loop over rows."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from leukon.events.arrays import Array, Words, changes
from leukon.events.intake import Intake
from leukon.events.units import load_units, plain_spelling
from leukon.events.values import read_text

_IN_BRACKETS = re.compile(r"[(\[](?P<unit>[^()\[\]]+)[)\]]\s*$")
_SAYS_NOTHING = ("UNK", "")
"""What stands in the unit's place of a code that has none."""
ENDS = (0.05, 0.5, 0.95)
"""Where values are looked at: their middle, and the ends of what is not exceptional."""


@dataclass(frozen=True)
class Profile:
    """One code: its name less a unit in it, its rows, and the values that came in its most frequent unit.

    `unit` is null where most rows carry none; `in_code` a unit at the end of the code; `low`, `middle` and `high` are
    the 5th, 50th and 95th percent of `values` numbers, NaN without any.
    """

    code: str
    parts: tuple[str, ...]
    in_code: str | None
    unit: str | None
    other_units: tuple[str, ...]
    rows: int
    without_unit: int
    subjects: int
    values: int
    low: float
    middle: float
    high: float


def profile_codes(intake: Intake, codes: Collection[int]) -> list[Profile]:
    """Profiles of these codes (numbers of `intake.code.words`), the most frequent first."""
    wanted = np.zeros(len(intake.code.words) + 1, bool)
    wanted[list(codes)] = True
    at = np.flatnonzero(wanted[intake.code.index])  # -1, a row without a code, is the last place: never wanted
    if not at.size:
        return []
    code, unit = intake.code.index[at].astype(np.int64), _units(intake)
    groups, group = np.unique(code * (len(unit.words) + 1) + unit.index[at] + 1, return_inverse=True)
    rows = np.bincount(group)
    values, spots = _spread(_numbers(intake)[at], group, groups.size)
    subjects = _count_subjects(code, intake.subject[at], len(intake.subject_ids))
    of_code, of_unit = groups // (len(unit.words) + 1), groups % (len(unit.words) + 1) - 1
    found = []
    for start, end in _runs(of_code):
        lead = min(range(start, end), key=lambda place: (-rows[place], _word(unit, int(of_unit[place]))))
        said = {int(of_unit[place]): int(rows[place]) for place in range(start, end)}
        found.append(_profile(intake, unit, int(of_code[start]), lead, said, of_unit, values, spots, subjects))
    return sorted(found, key=lambda profile: (-profile.rows, profile.code))


def _profile(
    intake: Intake,
    unit: Words,
    code: int,
    lead: int,
    said: dict[int, int],
    of_unit: Array,
    values: Array,
    spots: Array,
    subjects: dict[int, int],
) -> Profile:
    name = intake.code.words[code]
    parts, in_code = split_unit(name)
    others = (number for number in said if number not in (-1, of_unit[lead]))
    others = sorted(
        others, key=lambda number: (-said[number], unit.words[number])
    )  # ties by word, in any order of rows
    return Profile(
        code=name,
        parts=parts,
        in_code=in_code,
        unit=None if of_unit[lead] < 0 else unit.words[of_unit[lead]],
        other_units=tuple(unit.words[number] for number in others),
        rows=sum(said.values()),
        without_unit=said.get(-1, 0),
        subjects=subjects.get(code, 0),
        values=int(values[lead]),
        low=float(spots[0, lead]),
        middle=float(spots[1, lead]),
        high=float(spots[2, lead]),
    )


def _word(unit: Words, number: int) -> str:
    """A unit, to order by; none comes last."""
    return "\U0010ffff" if number < 0 else unit.words[number]


def split_unit(code: str) -> tuple[tuple[str, ...], str | None]:
    """The parts of a code less its vocabulary, and the unit at its end, if one stands there.

    >>> split_unit("LAB//51301//K/uL"), split_unit("WBC (10^9/L)"), split_unit("NEUT#")
    ((('51301',), 'K/uL'), (('WBC',), '10^9/L'), (('NEUT#',), None))
    """
    parts = code.split("//")
    unit = None
    if len(parts) > 1 and (parts[-1].strip() in _SAYS_NOTHING or is_unit(parts[-1])):
        unit = parts.pop().strip()
    elif (brackets := _IN_BRACKETS.search(parts[-1])) and is_unit(brackets["unit"]):
        unit, parts[-1] = brackets["unit"].strip(), parts[-1][: brackets.start()].strip()
    return tuple(parts[1:] if len(parts) > 1 else parts), None if unit in _SAYS_NOTHING else unit


def is_unit(text: str) -> bool:
    """Whether leukon knows this spelling for anything; a number alone is a code, not a unit."""
    plain = plain_spelling(text)
    return not plain.isdecimal() and any(plain in factors for factors in load_units().factors)


def _units(intake: Intake) -> Words:
    return Words(np.full(intake.row.size, -1), ()) if intake.unit is None else intake.unit


def _numbers(intake: Intake) -> Array:
    """Numbers of rows, text first, as at the door; NaN where there is none."""
    numbers = np.full(intake.row.size, np.nan) if intake.numeric is None else intake.numeric.astype(np.float64)
    if intake.text is not None:
        texts = [*(read_text(word or "") for word in intake.text.words), None]
        said = [np.nan if text is None or text.mantissa is None else text.mantissa / text.scale for text in texts]
        read = np.asarray(said)[intake.text.index]
        numbers = np.where(np.isnan(read), numbers, read)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _spread(numbers: Array, group: Array, groups: int) -> tuple[Array, Array]:
    """For each group how many numbers it has, and those at `ENDS` of their order."""
    said = ~np.isnan(numbers)
    number, of = numbers[said], group[said]
    values = np.bincount(of, minlength=groups)
    ordered = np.append(number[np.lexsort((number, of))], np.nan)
    start = np.cumsum(values) - values
    places = [start + (np.maximum(values - 1, 0) * end).astype(np.int64) for end in ENDS]
    return values, np.asarray([np.where(values > 0, ordered[np.minimum(at, number.size)], np.nan) for at in places])


def _count_subjects(code: Array, subject: Array, nobody: int) -> dict[int, int]:
    """Subjects of each code; `nobody` is the number of a row without one."""
    pair = np.unique(code * (nobody + 1) + subject)
    codes, subjects = np.unique(pair[pair % (nobody + 1) < nobody] // (nobody + 1), return_counts=True)
    return dict(zip(codes.tolist(), subjects.tolist(), strict=True))


def _runs(sorted_numbers: Array) -> list[tuple[int, int]]:
    """Start and end of each run of equal numbers."""
    starts = [*np.flatnonzero(changes(sorted_numbers)).tolist(), sorted_numbers.size]
    return list(pairwise(starts))
