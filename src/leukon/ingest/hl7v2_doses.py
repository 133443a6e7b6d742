"""RXA, and RXG or RXE where an order has begun, to rows of events; what was not given is handed on as `not given`."""

from dataclasses import dataclass
from typing import NamedTuple

from leukon.ingest.gathered import Gathering
from leukon.ingest.hl7v2_codes import read_code, read_status, read_unit
from leukon.ingest.hl7v2_context import Context, Order
from leukon.ingest.hl7v2_numbers import read_number
from leukon.ingest.hl7v2_routes import find_form
from leukon.ingest.hl7v2_text import split_field
from leukon.ingest.hl7v2_times import first_time, own_text, stated_time
from leukon.ingest.orders import OPEN, Told

NOT_GIVEN = "not given"
_WIDTH = 23
_COMPLETED = 20
_NO_NUMBER = -1


class _Places(NamedTuple):
    """Where a segment says what, how much, in which form and when."""

    code: int
    amount: int
    unit: int
    form: int
    timing: int = _NO_NUMBER
    counters: tuple[int, ...] = ()


PLACES = {
    "RXA": _Places(code=5, amount=6, unit=7, form=8, timing=3, counters=(1, 2)),
    "RXG": _Places(code=4, amount=5, unit=7, form=8, timing=3, counters=(1,)),
    "RXE": _Places(code=2, amount=3, unit=5, form=6, timing=1),
    "RXD": _Places(code=2, amount=4, unit=5, form=6, timing=3),
    "RXO": _Places(code=1, amount=2, unit=4, form=5),
}
"""Strongest first: beside an administration the order that it carries out is not a second dose."""
_COMPLETION = {"": True, "CP": True, "PA": True, "RE": False, "NA": False}
"""RXA-20 (table 0322): complete or partly given; refused or not administered."""
_ACTION = {"A": "final", "U": "corrected", "D": "entered-in-error"}
"""RXA-21 (table 0323)."""
_BEGUN = ("IP", "CM")
"""ORC-5 (table 0038) of an order that is in process or complete."""
_STOPPED = ("CA", "OC", "CR", "DC", "OD", "DR", "HD", "OH", "HR", "UA", "UC", "UD", "UH")
"""ORC-1 (table 0119): cancelled, discontinued, held, or unable to."""


@dataclass(slots=True)
class Dose:
    """One segment that says something of a dose, waiting for its route; whose it is, and of which order."""

    name: str
    fields: list[str]
    place: str
    subject: str | None
    order: Order
    route: str | None = None


def is_whole(name: str, fields: list[str]) -> bool:
    """Whether a segment that was cut short still says how much, and for RXA whether it was given."""
    return len(fields) > _COMPLETED and bool(fields[_COMPLETED]) if name == "RXA" else len(fields) > PLACES[name].form


def set_route(doses: list[Dose], route: str) -> None:
    """Give the route of an RXR segment to the doses before it that have none."""
    for dose in doses:
        if dose.route is None:
            dose.route = route


def add_doses(rows: Gathering, doses: list[Dose], context: Context, told: Told) -> None:
    """Add the doses of one order, of the strongest kind of segment there; requests and supplies are not given.

    Administrations are noted in `told`; an order that has begun is marked, for one of them may tell of the same doses.
    """
    kinds = {dose.name for dose in doses}
    strongest = next((name for name in PLACES if name in kinds), None)
    route = next((dose.route for dose in doses if dose.route), "")
    for dose in doses:
        if dose.name == strongest:
            _add_dose(rows, dose, dose.route or route, context, told)


def _add_dose(rows: Gathering, dose: Dose, route: str, context: Context, told: Told) -> None:
    places = PLACES[dose.name]
    fields = dose.fields + [""] * (_WIDTH - len(dose.fields))
    given, status = _fate(dose.name, fields, dose.order)
    amount = split_field(fields[places.amount], context.delimiters, context.codec)[0]
    entered = fields[22] if dose.name == "RXA" else dose.order.entered
    code = _code(fields, places, route, context)
    if dose.name == "RXA" and status != "entered-in-error":
        told.add(dose.subject, code)
    rows.add(
        place=dose.place,
        subject_id=dose.subject,
        time=first_time(_times(dose, fields, context), context.zone),
        code=code if dose.name == "RXA" or not given or code is None else f"{OPEN}{code}",
        numeric_value=read_number(amount) if given else None,
        text_value=(amount or None) if given else NOT_GIVEN,
        unit=read_unit(fields[places.unit], context.delimiters, context.codec),
        status=status,
        recorded_time=stated_time(entered, context.delimiters, context.zone)[1] or context.sent,
        source_id=_identity(fields, places, dose.order),
    )


def _fate(name: str, fields: list[str], order: Order) -> tuple[bool, str | None]:
    """Whether it was given or begun, and its status; a completion that is not known is handed on as a status."""
    if name != "RXA":
        return name in ("RXG", "RXE") and order.state in _BEGUN and order.control not in _STOPPED, None
    completion = fields[_COMPLETED].strip().upper()
    status = read_status(fields[21], _ACTION)
    if completion not in _COMPLETION:
        return True, fields[_COMPLETED].strip()
    return _COMPLETION[completion], status


def _code(fields: list[str], places: _Places, route: str, context: Context) -> str | None:
    """The code of the drug; with the way it took before it, where that does not lead into the whole body."""
    code = read_code(fields[places.code], context.delimiters, context.codec)
    said = (route,) if route else (fields[places.form], fields[places.code])
    forms = (find_form(text, context.delimiters, context.codec) for text in said)
    form = next(filter(None, forms), None)
    return code if form is None or code is None else f"ROUTE//{form}//{code}"


def _times(dose: Dose, fields: list[str], context: Context) -> tuple[str, ...]:
    """Times of a dose, best first; those of an order stand in the fourth component of its timing, or elsewhere."""
    timing = PLACES[dose.name].timing
    if dose.name == "RXA":
        return (own_text(fields[timing], context.delimiters),)
    parts = [""] if timing < 0 else split_field(fields[timing], context.delimiters, context.codec)
    return (parts[3] if len(parts) > 3 else "", *dose.order.starts)


def _identity(fields: list[str], places: _Places, order: Order) -> str | None:
    """The order's number alone does not tell its doses apart: the counters of the administration do."""
    if order.number is None:
        return None
    counters = [fields[place].strip() for place in places.counters]
    return "/".join([order.number, *counters] if any(counters) else [order.number])
