"""What holds for the segments of a message that come after: whose they are, of which order, how they are written."""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from leukon.ingest.hl7v2_text import Delimiters, split_field
from leukon.ingest.hl7v2_times import own_text, stated_time


@dataclass(slots=True)
class Order:
    """One order, as ORC and OBR say it: its number, its times (as written) and the status of its results.

    `control` and `state` are ORC-1 and ORC-5; `starts` are the times at which a treatment begins, best first.
    `parts` is the OBX-4 under which each code was met first. `time` and `known` are when the results were measured and
    became known, as far as the order says it.
    """

    number: str | None = None
    entered: str = ""
    status: str = ""
    control: str = ""
    state: str = ""
    starts: tuple[str, ...] = ()
    parts: dict[str, str] = field(default_factory=dict)
    time: datetime | None = None
    known: datetime | None = None


@dataclass(slots=True)
class Context:
    """One message so far; a new one begins with nobody, so that no row falls to the patient of another message."""

    zone: ZoneInfo | None = None
    delimiters: Delimiters = Delimiters()  # noqa: RUF009 - never changed
    codec: str | None = None
    sent: datetime | None = None
    subject: str | None = None
    order: Order = field(default_factory=Order)
    says_status: bool = False


def read_order(fields: list[str], context: Context) -> Order:
    """The order that an ORC segment opens."""
    planned = split_field(fields[7], context.delimiters)
    return Order(
        number=_number(fields, context),
        entered=own_text(fields[9], context.delimiters),
        control=fields[1].strip().upper(),
        state=fields[5].strip().upper(),
        starts=(planned[3] if len(planned) > 3 else "", own_text(fields[15], context.delimiters)),
    )


def add_request(fields: list[str], context: Context) -> Order:
    """The order in force with what its OBR segment says; the number in OBR goes before that in ORC."""
    is_observed, observed = stated_time(fields[7], context.delimiters, context.zone)
    _, reported = stated_time(fields[22], context.delimiters, context.zone)
    return Order(
        number=_number(fields, context) or context.order.number,
        entered=context.order.entered,
        status=fields[25],
        time=observed if is_observed else reported,
        known=reported,
    )


def _number(fields: list[str], context: Context) -> str | None:
    """The number of an order in ORC and OBR: the filler's, else the placer's."""
    for said in (fields[3], fields[2]):
        if said and (number := split_field(said, context.delimiters, context.codec)[0]):
            return number
    return None
