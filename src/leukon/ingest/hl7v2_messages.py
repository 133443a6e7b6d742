"""Segments in their order to rows of events: whose they are, of which order, and what cannot be read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from zoneinfo import ZoneInfo

from leukon.ingest.gathered import Gathering
from leukon.ingest.hl7v2_context import Context, Order, add_request, read_order
from leukon.ingest.hl7v2_doses import PLACES, Dose, add_doses, is_whole, set_route
from leukon.ingest.hl7v2_envelopes import Envelopes
from leukon.ingest.hl7v2_frames import FRAME_END, FRAME_START, CutShort
from leukon.ingest.hl7v2_names import is_segment
from leukon.ingest.hl7v2_people import People, find_number
from leukon.ingest.hl7v2_results import add_result, has_code, is_damaged
from leukon.ingest.hl7v2_text import decode, find_codec, read_delimiters
from leukon.ingest.hl7v2_times import own_text, stated_time
from leukon.ingest.orders import Told

_GLUED = re.compile(r"(?<=.)MSH([^\w\s^~\\&])\^~\\&#?\1")
"""A message that begins where the segment before it was cut short, without a line end between."""
_WIDTH = 26
_OBX_VALUE = 5
_LONG_NAME = 5
_SPACE = "\ufeff \t"
_HEADS = ("MSH", "FHS", "BHS", "BTS", "FTS")


@dataclass(slots=True)
class _OpenText:
    """Lines of an OBX that ends in its value: the next line may be a part of its text."""

    lines: list[str] = field(default_factory=list)
    separators: int = 0
    place: str = ""


@dataclass(slots=True)
class Feed:
    """What the files of one input share: the rows they add to, whose numbers are whose, and what was administered."""

    rows: Gathering = field(default_factory=Gathering)
    people: People = field(default_factory=People)
    told: Told = field(default_factory=Told)
    zone: ZoneInfo | None = None


class Messages:
    """Takes segments one by one and adds their rows; between them it remembers only the message they are in."""

    def __init__(self, feed: Feed, file: str) -> None:
        self._feed, self._rows, self._file, self._zone = feed, feed.rows, file, feed.zone
        self._context = Context(self._zone)
        self._doses: list[Dose] = []
        self._open = _OpenText()
        self._message = 0
        self._numbers: dict[str, int] = {}
        self._framed = False
        self._last = ""
        self._envelopes = Envelopes()

    def take(self, content: bytes) -> None:
        """Take the next segment, or the start or end of a frame."""
        if content == FRAME_START:
            self._close_message()
            self._close_frame()
            self._framed = True
        elif content == FRAME_END:
            self._close_message()
            self._framed = False
        else:
            self._take_line(decode(content, self._context.codec), cut=type(content) is CutShort)

    def end(self) -> None:
        """The file ends here: what is still open was cut short."""
        self._close_message()
        self._close_frame()
        self._unreadable(self._envelopes.unclosed(), "end")

    def _take_line(self, line: str, *, cut: bool) -> None:
        if "MSH" not in line or line.startswith("MSH"):
            self._take_one(line, cut=cut)
            return
        starts = [found.start() for found in _GLUED.finditer(line)]
        for start, stop in pairwise([0, *starts, len(line)]):
            self._take_one(line[start:stop], cut=cut or stop < len(line))

    def _take_one(self, line: str, *, cut: bool) -> None:
        if not line or line.isspace():
            return
        name, separator = line[:3], line[3:4]
        if separator == self._context.delimiters.field and is_segment(name) and name not in _HEADS:
            self._take_segment(name, line, cut=cut)
        elif name in _HEADS and not (separator.isalnum() or separator.isspace()):
            self._take_head(name, line)
        elif name in _HEADS:
            self._close_message()  # whatever comes now is not of the message before
            self._unreadable(["segment"], "?")
        elif line[:1] in _SPACE:
            self._take_one(line.lstrip(_SPACE), cut=cut)
        else:
            self._continue(line, cut=cut)

    def _take_head(self, name: str, line: str) -> None:
        self._close_message()
        context = Context(self._zone, read_delimiters(line))
        fields = _wide(line.split(context.delimiters.field))
        if name == "MSH":
            self._message += 1
            self._envelopes.count_message()
            _, context.sent = stated_time(fields[6], context.delimiters, self._zone)
            context.codec = find_codec(own_text(fields[17], context.delimiters)) if fields[17] else None
            self._context = context
        else:
            self._unreadable(self._envelopes.take(name, fields[1].strip()), name)

    def _take_segment(self, name: str, line: str, *, cut: bool) -> None:
        if name == "ADD" and self._open.lines:
            self._open.lines[-1] += line[4:]
            return
        self._close_segment()
        self._last = name
        if name == "OBX":
            self._take_result(line, cut=cut)
        elif name in PLACES:
            self._take_dose(name, line, cut=cut)
        else:
            self._remember(name, line)

    def _take_result(self, line: str, *, cut: bool) -> None:
        place, fields = self._place("OBX"), line.split(self._context.delimiters.field)
        if len(fields) == _OBX_VALUE + 1 and not cut:
            self._open = _OpenText([line], _OBX_VALUE, place)  # its text may go on in the next line
        else:
            self._add_result(fields, place, cut=cut)

    def _remember(self, name: str, line: str) -> None:
        """Take in what holds for the segments that follow."""
        context = self._context
        if name == "RXR":
            set_route(self._doses, line.split(context.delimiters.field)[1])
        elif name in ("PID", "ORC", "OBR", "TQ1"):
            fields = _wide(line.split(context.delimiters.field))
            if name == "TQ1":
                context.order.starts = (own_text(fields[7], context.delimiters), *context.order.starts)
                return
            self._close_doses()
            if name == "PID":
                context.subject, context.order = self._find_subject(fields[3]), Order()
            else:
                context.order = (read_order if name == "ORC" else add_request)(fields, context)

    def _find_subject(self, field: str) -> str | None:
        """The number in PID-3; nobody, and a row that says so, where another authority gave out the same number."""
        number = find_number(field, self._context)
        if number is None or self._feed.people.is_known_as(number):
            return None if number is None else number.number
        self._unreadable(["authority"], "PID")
        return None

    def _add_result(self, fields: list[str], place: str, *, cut: bool) -> None:
        damaged = is_damaged(fields, self._context, cut=cut)
        if damaged and not has_code(fields):
            self._rows.add_unreadable("segment", place)
        else:
            add_result(self._rows, fields, self._context, place, damaged=damaged)

    def _take_dose(self, name: str, line: str, *, cut: bool) -> None:
        place = self._place(name)
        fields = line.split(self._context.delimiters.field)
        if cut and not is_whole(name, fields):
            self._rows.add_unreadable("segment", place)
        else:
            self._doses.append(Dose(name, fields, place, self._context.subject, self._context.order))

    def _continue(self, line: str, *, cut: bool) -> None:
        """A line that is no segment goes on with the text of an OBX that has not come to its end, or is unreadable.

        It may be the rest of such an OBX even if it is unreadable: what that says is not trusted then.
        """
        name, separator, _ = line.partition(self._context.delimiters.field)
        looks_like_segment = separator and name.isalnum() and len(name) < _LONG_NAME
        if not self._open.lines or cut or looks_like_segment:
            self._close_segment(damaged=True)
            self._unreadable(["segment"], "?")
            self._forget(line)
            return
        self._open.lines.append(line)
        self._open.separators += line.count(self._context.delimiters.field)
        if self._open.separators > _OBX_VALUE:
            self._close_segment()

    def _forget(self, line: str) -> None:
        """Forget what an unreadable line may have said anew, or what the line before it said only in part."""
        name = set(line[:6].split(self._context.delimiters.field, 1)[0].upper())
        if self._last == "PID" or len(name & set("PID")) > 1:
            self._context.subject, self._context.order = None, Order()
        elif self._last in ("ORC", "OBR") or len(name & set("OBR")) > 1 or len(name & set("ORC")) > 1:
            self._context.order = Order()

    def _close_segment(self, *, damaged: bool = False) -> None:
        if self._open.lines:
            text, self._open = self._open, _OpenText()
            fields = "\n".join(text.lines).split(self._context.delimiters.field)
            self._add_result(fields, text.place, cut=damaged)

    def _close_doses(self) -> None:
        if self._doses:
            add_doses(self._feed.rows, self._doses, self._context, self._feed.told)
            self._doses = []

    def _close_message(self) -> None:
        self._close_segment()
        self._close_doses()
        self._context = Context(self._zone)
        self._numbers.clear()
        self._last = ""

    def _close_frame(self) -> None:
        if self._framed:
            self._unreadable(["frame"], "end")
        self._framed = False

    def _unreadable(self, what: Iterable[str], name: str) -> None:
        for each in what:
            self._rows.add_unreadable(each, self._place(name))

    def _place(self, name: str) -> str:
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        return f"{self._file}:{self._message} {name} {number}"


def _wide(fields: list[str]) -> list[str]:
    return fields + [""] * (_WIDTH - len(fields))
