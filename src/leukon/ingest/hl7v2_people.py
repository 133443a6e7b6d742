"""Whose the rows of a message are: the number in PID-3, and who gave it out.

Two hospitals of one feed may both have a patient 4711. Whether two authorities are two hospitals, or two names of one
(the laboratory's and the pharmacy's), is not said in any message: so neither are two people made one, nor one made two.
"""

from typing import NamedTuple

from leukon.ingest.hl7v2_context import Context
from leukon.ingest.hl7v2_text import split_field, unescape

_TYPE = 4
_AUTHORITY = 3
_NOBODY_SAID = ("", "")


class Number(NamedTuple):
    """The number of a person, and who gave it out: the name and the universal id of the authority, as far as said."""

    number: str
    authority: tuple[str, str] = _NOBODY_SAID


def find_number(field: str, context: Context) -> Number | None:
    """The medical record number (type MR) in PID-3, else its first identifier; None if there is none.

    >>> find_number("77^^^LAB^PI~4711^^^HOSPITAL&1.2.3&ISO^MR", Context())
    Number(number='4711', authority=('hospital', '1.2.3'))
    """
    repeated = field.split(context.delimiters.repetition)
    said = [(parts, part) for part in repeated if (parts := split_field(part, context.delimiters, context.codec))[0]]
    records = [each for each in said if len(each[0]) > _TYPE and each[0][_TYPE].upper() == "MR"]
    return next((Number(parts[0], _authority(part, context)) for parts, part in (*records, *said)), None)


def _authority(identifier: str, context: Context) -> tuple[str, str]:
    parts = identifier.split(context.delimiters.component)
    said = parts[_AUTHORITY].split(context.delimiters.subcomponent) if len(parts) > _AUTHORITY else []
    name, universal = (_plain(each, context) for each in (*said, "", "")[:2])
    return name, universal


def _plain(text: str, context: Context) -> str:
    return unescape(text, context.delimiters, context.codec).strip().strip('"').casefold()


class People:
    """The numbers of one input, each with the authority it came with first.

    It keeps one entry for each person whose authority is said, however many messages there are.

    >>> people = People()
    >>> [people.is_known_as(Number("7", authority)) for authority in (("a", ""), ("b", ""), ("", ""), ("a", "1.2"))]
    [True, False, True, True]
    """

    def __init__(self) -> None:
        self._given_out_by: dict[str, tuple[str, str]] = {}
        self._authorities: dict[tuple[str, str], tuple[str, str]] = {}

    def is_known_as(self, number: Number) -> bool:
        """Whether a number comes with the authority it came with before, or none was said; it is noted."""
        if number.authority == _NOBODY_SAID:
            return True
        before = self._given_out_by.get(number.number, number.authority)
        if not _are_one(before, number.authority):
            return False
        fuller = (before[0] or number.authority[0], before[1] or number.authority[1])
        self._given_out_by[number.number] = self._authorities.setdefault(fuller, fuller)
        return True


def _are_one(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two authorities are the same in all that both say, and both say something."""
    both = [(a, b) for a, b in zip(one, other, strict=True) if a and b]
    return bool(both) and all(a == b for a, b in both)
