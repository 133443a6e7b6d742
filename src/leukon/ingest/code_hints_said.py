"""Proposals as a code map in which every line is a comment: nothing counts until a person takes a # away."""

import json
from collections.abc import Sequence

from leukon.events.code_map import SYSTEMIC
from leukon.ingest.code_hints import Suggestion

_FIRST = """\
## Proposed by leukon from names, units and values. Nothing below counts: check each with your laboratory or pharmacy,
## and take "# " away from the lines that are right. Of several for one code keep one.
## Of two codes for one concept one may repeat the other (bedside and laboratory): then keep one, or rows count twice.
"""
_NOTHING = "## leukon has nothing to propose: no unknown code has a name, a unit and values that it can tell.\n"


def say_suggestions(suggestions: Sequence[Suggestion]) -> str:
    """A code map in TOML of which every line is a comment; read as it is, it maps nothing.

    Lines with `##` are for the reader, those with one `#` are the map.
    """
    if not suggestions:
        return _NOTHING
    place: dict[str, int] = {}
    said = [_FIRST]
    for found in suggestions:
        place[found.code] = place.get(found.code, 0) + 1
        said.append(_say(found, place[found.code]))
    return "\n".join(said)


def _say(found: Suggestion, place: int) -> str:
    several = f", {place} of {found.others + 1}" if found.others else ""
    seen = f"{say_number(found.rows, 'row')}, {say_number(found.subjects, 'subject')}"
    lines = [
        f"## {plain(found.code)}: {seen}. {found.confidence.capitalize()}{several}: {found.concept}",
        *(f"##   - {plain(reason)}" for reason in found.reasons),
        f"# [codes.{quoted(found.code)}]",
        f"# concept = {quoted(found.concept)}",
    ]
    for key, value, default in (
        ("unit", found.unit, None),
        ("form", found.form, SYSTEMIC),
        ("event", found.event, "given"),
    ):
        if value is not None and value != default:
            lines.append(f"# {key} = {quoted(value)}")
    return "\n".join(lines) + "\n"


def say_number(number: int, thing: str) -> str:
    """A number of things.

    >>> say_number(1, "row"), say_number(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def quoted(text: str) -> str:
    r"""A string of TOML, on one line whatever is in it.

    >>> quoted('NEUT "abs"')
    '"NEUT \\"abs\\""'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def plain(text: str) -> str:
    r"""Text that neither ends a line nor moves a terminal's cursor: signs that cannot be printed are written out.

    >>> plain("a\x1b[2Jb")
    'a\\u001b[2Jb'
    """
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
