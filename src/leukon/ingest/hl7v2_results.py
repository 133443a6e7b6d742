"""OBX segments to rows of events: one for each value."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from leukon.ingest.gathered import Gathering
from leukon.ingest.hl7v2_codes import OBSERVED, ORDERED, read_code, read_status, read_unit
from leukon.ingest.hl7v2_context import Context
from leukon.ingest.hl7v2_numbers import Value, read_limits, read_values
from leukon.ingest.hl7v2_text import Delimiters
from leukon.ingest.hl7v2_times import stated_time

_WIDTH = 20
_STATUS = 11
_CODE = 3
_WITHOUT_VALUE = ("U", "u")


def is_damaged(fields: list[str], context: Context, *, cut: bool) -> bool:
    """Whether an OBX ends before its status, where the line was cut or the rows before it in the message have one.

    Its value may then have lost its last digits: `0.` of `0.45`.
    """
    return (cut or context.says_status) and not (len(fields) > _STATUS and fields[_STATUS].strip())


def has_code(fields: list[str]) -> bool:
    """Whether the code of a damaged OBX is whole: another field has begun behind it."""
    return len(fields) > _CODE + 1


def add_result(rows: Gathering, fields: list[str], context: Context, place: str, *, damaged: bool = False) -> None:
    """Add the rows of one OBX segment; a damaged one has no value, and the door refuses it."""
    if len(fields) < _WIDTH:
        fields += [""] * (_WIDTH - len(fields))
    if damaged:
        fields[5:8] = "", "", ""
    order = context.order
    values = read_values(fields[2], fields[5], context.delimiters, context.codec)
    code, unit, lln, uln, status = _facts(
        fields[3], fields[6], fields[7], fields[11], context.delimiters, context.codec
    )
    if status is None or status in _WITHOUT_VALUE:
        status = _doubtful_status(fields, context, values)
    if not context.says_status:
        context.says_status = bool(fields[_STATUS].strip())
    is_said, time = stated_time(fields[14], context.delimiters, context.zone)
    recorded = _recorded(fields[19], context) if fields[19] else order.known or context.sent
    source = _identity(code or fields[3], fields, context)
    for number, value in enumerate(values, 1):
        rows.add(
            place=place if len(values) == 1 else f"{place}~{number}",
            subject_id=context.subject,
            time=time if is_said else order.time,
            code=code,
            numeric_value=value.number,
            text_value=value.text,
            unit=unit,
            comparator=value.comparator,
            lln=lln,
            uln=uln,
            status=status,
            recorded_time=recorded,
            source_id=source if source is None or number == 1 else f"{source}~{number}",
        )


@lru_cache(maxsize=1 << 14)
def _facts(
    code: str, unit: str, limits: str, status: str, delimiters: Delimiters, codec: str | None
) -> tuple[str | None, str | None, float | None, float | None, str | None]:
    """What is the same for many rows: code, unit, limits of normal and status."""
    read_as = read_unit(unit, delimiters, codec)
    lln, uln = read_limits(limits, read_as or "", delimiters)
    return read_code(code, delimiters, codec), read_as, lln, uln, read_status(status, OBSERVED)


def _recorded(analysed: str, context: Context) -> datetime | None:
    """When a row became known: the later of its analysis and of the report of its order, else when it was sent."""
    _, own = stated_time(analysed, context.delimiters, context.zone)
    reported = context.order.known
    return max(own, reported) if own and reported else own or reported or context.sent


def _doubtful_status(fields: list[str], context: Context, values: Sequence[Value]) -> str | None:
    """The status of the order where the row has none; and `U`: a preliminary value, sent again as the final one."""
    if fields[_STATUS].strip().strip('"'):
        return "final" if values[0].text else fields[_STATUS].strip()
    return read_status(context.order.status, ORDERED)


def _identity(code: str, fields: list[str], context: Context) -> str | None:
    """The number of the order, and OBX-4 where it tells results apart; None for a result without an order.

    The code is no part of it: rows of one order share it, and a percentage needs the total of its own order.
    OBX-4 that only numbers the rows, as OBX-1 does, is left out, unless a code comes twice.
    """
    number, part = context.order.number, fields[4].strip()
    if number is None:
        return None
    first = context.order.parts.setdefault(code, part)
    running = part == fields[1].strip() and part == first
    return number if not part or running else f"{number}/{part}"
